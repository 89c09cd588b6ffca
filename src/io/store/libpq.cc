#include <dlfcn.h>

#include "core/encoding/text.h"
#include "io/store/errors.h"
#include "io/store/libpq_internal.h"

namespace tomme::store {

namespace {

template <class Function>
bool find(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(::dlsym(library, name));
  return out != nullptr;
}

bool find_all(void* library, PqLibrary& pq) {
  return find(library, "PQconninfoParse", pq.conninfo_parse) &&
         find(library, "PQconninfoFree", pq.conninfo_free) && find(library, "PQfreemem", pq.freemem) &&
         find(library, "PQconnectStartParams", pq.connect_start_params) &&
         find(library, "PQconnectPoll", pq.connect_poll) &&
         find(library, "PQconnectionNeedsPassword", pq.connection_needs_password) &&
         find(library, "PQconnectionUsedPassword", pq.connection_used_password) &&
         find(library, "PQstatus", pq.status) && find(library, "PQsocket", pq.socket) &&
         find(library, "PQerrorMessage", pq.error_message) && find(library, "PQfinish", pq.finish) &&
         find(library, "PQsetNoticeProcessor", pq.set_notice_processor) &&
         find(library, "PQsetnonblocking", pq.set_nonblocking) &&
         find(library, "PQsendQuery", pq.send_query) && find(library, "PQsendPrepare", pq.send_prepare) &&
         find(library, "PQsendQueryPrepared", pq.send_query_prepared) && find(library, "PQflush", pq.flush) &&
         find(library, "PQconsumeInput", pq.consume_input) && find(library, "PQisBusy", pq.is_busy) &&
         find(library, "PQgetResult", pq.get_result) && find(library, "PQclear", pq.clear) &&
         find(library, "PQresultStatus", pq.result_status) &&
         find(library, "PQresultErrorField", pq.result_error_field) &&
         find(library, "PQntuples", pq.ntuples) && find(library, "PQnfields", pq.nfields) &&
         find(library, "PQftype", pq.ftype) && find(library, "PQgetisnull", pq.getisnull) &&
         find(library, "PQgetvalue", pq.getvalue) && find(library, "PQgetlength", pq.getlength) &&
         find(library, "PQcmdTuples", pq.cmd_tuples) && find(library, "PQcmdStatus", pq.cmd_status) &&
         find(library, "PQtransactionStatus", pq.transaction_status);
}

Result<PqLibrary> load_once() {
  void* library = ::dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    return fail(kStoreLibrary,
                "libpq.so.5 could not be loaded: " + printable(why != nullptr ? why : "no reason given"));
  }
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
