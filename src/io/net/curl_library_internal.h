#pragma once

#include <curl/curl.h>

#include "core/base/result.h"

namespace tomme::net {

/// The functions of libcurl that we call, found by dlopen. RTLD_LOCAL: what libcurl brings along (its own
/// libssl among it) stays out of the program's symbols.
struct CurlLibrary {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_version_info) version_info;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_multi_setopt) multi_setopt;
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_wakeup) multi_wakeup;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_share_init) share_init;
  decltype(&::curl_share_setopt) share_setopt;
  decltype(&::curl_share_cleanup) share_cleanup;

  /// Loaded once per process, never unloaded. kNetLibrary where it is absent or older than 7.68
  /// (`curl_multi_wakeup`) or without TLS.
  static Result<const CurlLibrary*> load();
};

/// libcurl's libssl looks up every algorithm of TLS when its first context is made, some 3 ms: done here,
/// before a connection waits for it. Nothing where libcurl speaks TLS by another library.
void warm_tls();

}  // namespace tomme::net
