// The casts of typecheck-gcc.h are not needed where every call goes through a pointer.
#define CURL_DISABLE_TYPECHECK

#include <dlfcn.h>
#include <string>

#include "io/net/curl_library_internal.h"
#include "io/net/errors.h"
#include "io/system/loaded_library.h"

namespace tomme::net {

namespace {

bool find_all(void* library, CurlLibrary& curl) {
  return find_function(library, "curl_global_init", curl.global_init) &&
         find_function(library, "curl_version_info", curl.version_info) &&
         find_function(library, "curl_easy_init", curl.easy_init) &&
         find_function(library, "curl_easy_cleanup", curl.easy_cleanup) &&
         find_function(library, "curl_easy_reset", curl.easy_reset) &&
         find_function(library, "curl_easy_setopt", curl.easy_setopt) &&
         find_function(library, "curl_easy_getinfo", curl.easy_getinfo) &&
         find_function(library, "curl_slist_append", curl.slist_append) &&
         find_function(library, "curl_slist_free_all", curl.slist_free_all) &&
         find_function(library, "curl_multi_init", curl.multi_init) &&
         find_function(library, "curl_multi_cleanup", curl.multi_cleanup) &&
         find_function(library, "curl_multi_setopt", curl.multi_setopt) &&
         find_function(library, "curl_multi_add_handle", curl.multi_add_handle) &&
         find_function(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
         find_function(library, "curl_multi_perform", curl.multi_perform) &&
         find_function(library, "curl_multi_poll", curl.multi_poll) &&
         find_function(library, "curl_multi_wakeup", curl.multi_wakeup) &&
         find_function(library, "curl_multi_info_read", curl.multi_info_read) &&
         find_function(library, "curl_share_init", curl.share_init) &&
         find_function(library, "curl_share_setopt", curl.share_setopt) &&
         find_function(library, "curl_share_cleanup", curl.share_cleanup);
}

Result<CurlLibrary> load_once() {
  void* library = TRY(load_library("libcurl.so.4", kNetLibrary));
  CurlLibrary curl{};
  if (!find_all(library, curl))
    return fail(kNetLibrary, "the libcurl.so.4 of this system is older than 7.68");
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(kNetLibrary, "libcurl could not be started");
  if ((curl.version_info(CURLVERSION_NOW)->features & CURL_VERSION_SSL) == 0) {
    return fail(kNetLibrary, "the libcurl.so.4 of this system speaks no TLS");
  }
  return curl;
}

}  // namespace

Result<const CurlLibrary*> CurlLibrary::load() {
  static const Result<CurlLibrary> library = load_once();
  if (!library) return std::unexpected(library.error());
  return &*library;
}

void warm_tls() {
  void* libssl = ::dlopen("libssl.so.3", RTLD_NOLOAD | RTLD_NOW | RTLD_LOCAL);
  if (libssl == nullptr) return;
  const void* (*method)() = nullptr;
  void* (*make)(const void*) = nullptr;
  void (*destroy)(void*) = nullptr;
  if (find_function(libssl, "TLS_client_method", method) && find_function(libssl, "SSL_CTX_new", make) &&
      find_function(libssl, "SSL_CTX_free", destroy)) {
    destroy(make(method()));
  }
  ::dlclose(libssl);
}

}  // namespace tomme::net
