// The casts of typecheck-gcc.h are not needed where every call goes through a pointer.
#define CURL_DISABLE_TYPECHECK

#include <dlfcn.h>
#include <string>

#include "core/encoding/text.h"
#include "io/net/curl_library_internal.h"
#include "io/net/errors.h"

namespace tomme::net {

namespace {

template <class Function>
bool find(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(::dlsym(library, name));
  return out != nullptr;
}

bool find_all(void* library, CurlLibrary& curl) {
  return find(library, "curl_global_init", curl.global_init) &&
         find(library, "curl_version_info", curl.version_info) &&
         find(library, "curl_easy_init", curl.easy_init) &&
         find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
         find(library, "curl_easy_reset", curl.easy_reset) &&
         find(library, "curl_easy_setopt", curl.easy_setopt) &&
         find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
         find(library, "curl_slist_append", curl.slist_append) &&
         find(library, "curl_slist_free_all", curl.slist_free_all) &&
         find(library, "curl_multi_init", curl.multi_init) &&
         find(library, "curl_multi_cleanup", curl.multi_cleanup) &&
         find(library, "curl_multi_setopt", curl.multi_setopt) &&
         find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
         find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
         find(library, "curl_multi_perform", curl.multi_perform) &&
         find(library, "curl_multi_poll", curl.multi_poll) &&
         find(library, "curl_multi_wakeup", curl.multi_wakeup) &&
         find(library, "curl_multi_info_read", curl.multi_info_read) &&
         find(library, "curl_share_init", curl.share_init) &&
         find(library, "curl_share_setopt", curl.share_setopt) &&
         find(library, "curl_share_cleanup", curl.share_cleanup);
}

Result<CurlLibrary> load_once() {
  void* library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    return fail(kNetLibrary,
                "libcurl.so.4 could not be loaded: " + printable(why != nullptr ? why : "no reason given"));
  }
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
  if (find(libssl, "TLS_client_method", method) && find(libssl, "SSL_CTX_new", make) &&
      find(libssl, "SSL_CTX_free", destroy)) {
    destroy(make(method()));
  }
  ::dlclose(libssl);
}

}  // namespace tomme::net
