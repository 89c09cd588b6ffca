#pragma once

#include <sqlite3.h>

#include "core/base/result.h"

namespace tomme::store {

/// The functions of SQLite that we call, found by dlopen on first use: it needs the mathematical library,
/// which has no static form that every linker takes, and which no start of a program without a database shall
/// load.
struct SqliteLibrary {
  decltype(&::sqlite3_open_v2) open_v2;
  decltype(&::sqlite3_close_v2) close_v2;
  decltype(&::sqlite3_bind_blob64) bind_blob64;
  decltype(&::sqlite3_bind_int64) bind_int64;
  decltype(&::sqlite3_bind_parameter_count) bind_parameter_count;
  decltype(&::sqlite3_bind_parameter_index) bind_parameter_index;
  decltype(&::sqlite3_bind_text64) bind_text64;
  decltype(&::sqlite3_bind_zeroblob) bind_zeroblob;
  decltype(&::sqlite3_busy_timeout) busy_timeout;
  decltype(&::sqlite3_changes64) changes64;
  decltype(&::sqlite3_clear_bindings) clear_bindings;
  decltype(&::sqlite3_column_blob) column_blob;
  decltype(&::sqlite3_column_bytes) column_bytes;
  decltype(&::sqlite3_column_int64) column_int64;
  decltype(&::sqlite3_column_text) column_text;
  decltype(&::sqlite3_column_type) column_type;
  decltype(&::sqlite3_data_count) data_count;
  decltype(&::sqlite3_db_config) db_config;
  decltype(&::sqlite3_errmsg) errmsg;
  decltype(&::sqlite3_errstr) errstr;
  decltype(&::sqlite3_exec) exec;
  decltype(&::sqlite3_extended_result_codes) extended_result_codes;
  decltype(&::sqlite3_finalize) finalize;
  decltype(&::sqlite3_get_autocommit) get_autocommit;
  decltype(&::sqlite3_prepare_v3) prepare_v3;
  decltype(&::sqlite3_progress_handler) progress_handler;
  decltype(&::sqlite3_reset) reset;
  decltype(&::sqlite3_step) step;
  decltype(&::sqlite3_stmt_readonly) stmt_readonly;
  decltype(&::sqlite3_total_changes64) total_changes64;

  /// Loaded once per process, never unloaded. kStoreLibrary where it is absent or older than 3.37.
  static Result<const SqliteLibrary*> load();
};

}  // namespace tomme::store
