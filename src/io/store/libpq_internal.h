#pragma once

#include <libpq-fe.h>

#include "core/base/result.h"

namespace tomme::store {

/// The functions of libpq that we call, found by dlopen on first use: libpq brings Kerberos, LDAP and a
/// second libcrypto along, some 4 ms that only a program with such a database shall pay. RTLD_LOCAL keeps
/// them out of the program's symbols.
struct PqLibrary {
  decltype(&::PQconninfoParse) conninfo_parse;
  decltype(&::PQconninfoFree) conninfo_free;
  decltype(&::PQfreemem) freemem;
  decltype(&::PQconnectStartParams) connect_start_params;
  decltype(&::PQconnectPoll) connect_poll;
  decltype(&::PQconnectionNeedsPassword) connection_needs_password;
  decltype(&::PQconnectionUsedPassword) connection_used_password;
  decltype(&::PQstatus) status;
  decltype(&::PQsocket) socket;
  decltype(&::PQerrorMessage) error_message;
  decltype(&::PQfinish) finish;
  decltype(&::PQsetNoticeProcessor) set_notice_processor;
  decltype(&::PQsetnonblocking) set_nonblocking;
  decltype(&::PQsendQuery) send_query;
  decltype(&::PQsendPrepare) send_prepare;
  decltype(&::PQsendQueryPrepared) send_query_prepared;
  decltype(&::PQflush) flush;
  decltype(&::PQconsumeInput) consume_input;
  decltype(&::PQisBusy) is_busy;
  decltype(&::PQgetResult) get_result;
  decltype(&::PQclear) clear;
  decltype(&::PQresultStatus) result_status;
  decltype(&::PQresultErrorField) result_error_field;
  decltype(&::PQntuples) ntuples;
  decltype(&::PQnfields) nfields;
  decltype(&::PQftype) ftype;
  decltype(&::PQgetisnull) getisnull;
  decltype(&::PQgetvalue) getvalue;
  decltype(&::PQgetlength) getlength;
  decltype(&::PQcmdTuples) cmd_tuples;
  decltype(&::PQcmdStatus) cmd_status;
  decltype(&::PQtransactionStatus) transaction_status;

  /// Loaded once per process, never unloaded. kStoreLibrary where it is absent or lacks a function.
  static Result<const PqLibrary*> load();
};

}  // namespace tomme::store
