#include "app/installers/pip_options.h"

namespace tomme::guard {

Result<void> collect_index_option(Findings& findings, const Found& option, const std::string& where) {
  switch (option.meaning) {
    case Meaning::index:
      return findings.index(option.value, where);
    case Meaning::find_links:
      return findings.find_links(option.value, where);
    case Meaning::no_index:
      return findings.no_index(where);
    case Meaning::insecure_host:
      return findings.unchecked_tls(option.value, where);
    case Meaning::client_certificate:
      findings.client_certificate(where);
      return {};
    default:
      return {};
  }
}

std::string_view why_refused(std::string_view flag) {
  if (flag == "--cert") return "it replaces the certificates that tomme hands over";
  if (flag == "--cache-dir") return "a cache that is not of this run installs files that tomme did not judge";
  return "it leads downloads around tomme";
}

}  // namespace tomme::guard
