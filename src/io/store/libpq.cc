#include "io/store/errors.h"
#include "io/store/libpq_internal.h"
#include "io/system/loaded_library.h"

namespace tomme::store {

namespace {

bool find_all(void* library, PqLibrary& pq) {
  return find_function(library, "PQconninfoParse", pq.conninfo_parse) &&
         find_function(library, "PQconninfoFree", pq.conninfo_free) &&
         find_function(library, "PQfreemem", pq.freemem) &&
         find_function(library, "PQconnectStartParams", pq.connect_start_params) &&
         find_function(library, "PQconnectPoll", pq.connect_poll) &&
         find_function(library, "PQconnectionNeedsPassword", pq.connection_needs_password) &&
         find_function(library, "PQconnectionUsedPassword", pq.connection_used_password) &&
         find_function(library, "PQstatus", pq.status) && find_function(library, "PQsocket", pq.socket) &&
         find_function(library, "PQerrorMessage", pq.error_message) &&
         find_function(library, "PQfinish", pq.finish) &&
         find_function(library, "PQsetNoticeProcessor", pq.set_notice_processor) &&
         find_function(library, "PQsetnonblocking", pq.set_nonblocking) &&
         find_function(library, "PQsendQuery", pq.send_query) &&
         find_function(library, "PQsendPrepare", pq.send_prepare) &&
         find_function(library, "PQsendQueryPrepared", pq.send_query_prepared) &&
         find_function(library, "PQflush", pq.flush) &&
         find_function(library, "PQconsumeInput", pq.consume_input) &&
         find_function(library, "PQisBusy", pq.is_busy) &&
         find_function(library, "PQgetResult", pq.get_result) &&
         find_function(library, "PQclear", pq.clear) &&
         find_function(library, "PQresultStatus", pq.result_status) &&
         find_function(library, "PQresultErrorField", pq.result_error_field) &&
         find_function(library, "PQntuples", pq.ntuples) && find_function(library, "PQnfields", pq.nfields) &&
         find_function(library, "PQftype", pq.ftype) && find_function(library, "PQgetisnull", pq.getisnull) &&
         find_function(library, "PQgetvalue", pq.getvalue) &&
         find_function(library, "PQgetlength", pq.getlength) &&
         find_function(library, "PQcmdTuples", pq.cmd_tuples) &&
         find_function(library, "PQcmdStatus", pq.cmd_status) &&
         find_function(library, "PQtransactionStatus", pq.transaction_status);
}

Result<PqLibrary> load_once() {
  void* library = TRY(load_library("libpq.so.5", kStoreLibrary));
  PqLibrary pq{};
  if (!find_all(library, pq)) return fail(kStoreLibrary, "the libpq.so.5 of this system is too old");
  return pq;
}

}  // namespace

Result<const PqLibrary*> PqLibrary::load() {
  static const Result<PqLibrary> library = load_once();
  if (!library) return std::unexpected(library.error());
  return &*library;
}

}  // namespace tomme::store
