#include "io/store/errors.h"
#include "io/store/libsqlite_internal.h"
#include "io/system/loaded_library.h"

namespace tomme::store {

namespace {

bool find_all(void* library, SqliteLibrary& sqlite) {
  return find_function(library, "sqlite3_open_v2", sqlite.open_v2) &&
         find_function(library, "sqlite3_close_v2", sqlite.close_v2) &&
         find_function(library, "sqlite3_bind_blob64", sqlite.bind_blob64) &&
         find_function(library, "sqlite3_bind_int64", sqlite.bind_int64) &&
         find_function(library, "sqlite3_bind_parameter_count", sqlite.bind_parameter_count) &&
         find_function(library, "sqlite3_bind_parameter_index", sqlite.bind_parameter_index) &&
         find_function(library, "sqlite3_bind_text64", sqlite.bind_text64) &&
         find_function(library, "sqlite3_bind_zeroblob", sqlite.bind_zeroblob) &&
         find_function(library, "sqlite3_busy_timeout", sqlite.busy_timeout) &&
         find_function(library, "sqlite3_changes64", sqlite.changes64) &&
         find_function(library, "sqlite3_clear_bindings", sqlite.clear_bindings) &&
         find_function(library, "sqlite3_column_blob", sqlite.column_blob) &&
         find_function(library, "sqlite3_column_bytes", sqlite.column_bytes) &&
         find_function(library, "sqlite3_column_int64", sqlite.column_int64) &&
         find_function(library, "sqlite3_column_text", sqlite.column_text) &&
         find_function(library, "sqlite3_column_type", sqlite.column_type) &&
         find_function(library, "sqlite3_data_count", sqlite.data_count) &&
         find_function(library, "sqlite3_db_config", sqlite.db_config) &&
         find_function(library, "sqlite3_errmsg", sqlite.errmsg) &&
         find_function(library, "sqlite3_errstr", sqlite.errstr) &&
         find_function(library, "sqlite3_exec", sqlite.exec) &&
         find_function(library, "sqlite3_extended_result_codes", sqlite.extended_result_codes) &&
         find_function(library, "sqlite3_finalize", sqlite.finalize) &&
         find_function(library, "sqlite3_get_autocommit", sqlite.get_autocommit) &&
         find_function(library, "sqlite3_prepare_v3", sqlite.prepare_v3) &&
         find_function(library, "sqlite3_progress_handler", sqlite.progress_handler) &&
         find_function(library, "sqlite3_reset", sqlite.reset) &&
         find_function(library, "sqlite3_step", sqlite.step) &&
         find_function(library, "sqlite3_stmt_readonly", sqlite.stmt_readonly) &&
         find_function(library, "sqlite3_total_changes64", sqlite.total_changes64);
}

Result<SqliteLibrary> load_once() {
  void* library = TRY(load_library("libsqlite3.so.0", kStoreLibrary));
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
