#include <dlfcn.h>

#include "core/encoding/text.h"
#include "io/store/errors.h"
#include "io/store/libsqlite_internal.h"

namespace tomme::store {

namespace {

template <class Function>
bool find(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(::dlsym(library, name));
  return out != nullptr;
}

bool find_all(void* library, SqliteLibrary& sqlite) {
  return find(library, "sqlite3_open_v2", sqlite.open_v2) &&
         find(library, "sqlite3_close_v2", sqlite.close_v2) &&
         find(library, "sqlite3_bind_blob64", sqlite.bind_blob64) &&
         find(library, "sqlite3_bind_int64", sqlite.bind_int64) &&
         find(library, "sqlite3_bind_parameter_count", sqlite.bind_parameter_count) &&
         find(library, "sqlite3_bind_parameter_index", sqlite.bind_parameter_index) &&
         find(library, "sqlite3_bind_text64", sqlite.bind_text64) &&
         find(library, "sqlite3_bind_zeroblob", sqlite.bind_zeroblob) &&
         find(library, "sqlite3_busy_timeout", sqlite.busy_timeout) &&
         find(library, "sqlite3_changes64", sqlite.changes64) &&
         find(library, "sqlite3_clear_bindings", sqlite.clear_bindings) &&
         find(library, "sqlite3_column_blob", sqlite.column_blob) &&
         find(library, "sqlite3_column_bytes", sqlite.column_bytes) &&
         find(library, "sqlite3_column_int64", sqlite.column_int64) &&
         find(library, "sqlite3_column_text", sqlite.column_text) &&
         find(library, "sqlite3_column_type", sqlite.column_type) &&
         find(library, "sqlite3_data_count", sqlite.data_count) &&
         find(library, "sqlite3_db_config", sqlite.db_config) &&
         find(library, "sqlite3_errmsg", sqlite.errmsg) && find(library, "sqlite3_errstr", sqlite.errstr) &&
         find(library, "sqlite3_exec", sqlite.exec) &&
         find(library, "sqlite3_extended_result_codes", sqlite.extended_result_codes) &&
         find(library, "sqlite3_finalize", sqlite.finalize) &&
         find(library, "sqlite3_get_autocommit", sqlite.get_autocommit) &&
         find(library, "sqlite3_prepare_v3", sqlite.prepare_v3) &&
         find(library, "sqlite3_progress_handler", sqlite.progress_handler) &&
         find(library, "sqlite3_reset", sqlite.reset) && find(library, "sqlite3_step", sqlite.step) &&
         find(library, "sqlite3_stmt_readonly", sqlite.stmt_readonly) &&
         find(library, "sqlite3_total_changes64", sqlite.total_changes64);
}

Result<SqliteLibrary> load_once() {
  void* library = ::dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    return fail(kStoreLibrary, "libsqlite3.so.0 could not be loaded: " +
                                   printable(why != nullptr ? why : "no reason given"));
  }
  SqliteLibrary sqlite{};
  if (!find_all(library, sqlite)) {
    return fail(kStoreLibrary, "the libsqlite3.so.0 of this system is older than 3.37");
  }
  return sqlite;
}

}  // namespace

Result<const SqliteLibrary*> SqliteLibrary::load() {
  static const Result<SqliteLibrary> library = load_once();
  if (!library) return std::unexpected(library.error());
  return &*library;
}

}  // namespace tomme::store
