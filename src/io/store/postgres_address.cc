#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/encoding/text.h"
#include "io/store/errors.h"
#include "io/store/local_host_internal.h"
#include "io/store/postgres_address_internal.h"
#include "io/system/file.h"

namespace tomme::store {

namespace {

constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes it
  return value != nullptr ? value : "";
}

/// The settings that stand in the address itself.
class Settings {
 public:
  Settings(const PqLibrary& pq, PQconninfoOption* options) : options_(options, pq.conninfo_free) {}

  std::string find(std::string_view keyword) const {
    for (const PQconninfoOption* option = options_.get(); option->keyword != nullptr; ++option) {
      if (keyword == option->keyword && option->val != nullptr) return option->val;
    }
    return "";
  }
  std::string find(std::string_view keyword, const char* variable) const {
    std::string value = find(keyword);
    return value.empty() ? environment(variable) : value;
  }

 private:
  std::unique_ptr<PQconninfoOption, decltype(PqLibrary::conninfo_free)> options_;
};

/// A password with a "/" or "@" that is not escaped ends up in the wrong part: such a part is never shown.
bool has_lost_password(const Settings& said) {
  return said.find("port").find_first_not_of("0123456789,") != std::string::npos ||
         said.find("dbname").contains('@') || said.find("user").contains('@') ||
         said.find("host").find('@', 1) != std::string::npos;
}

std::string describe(const Settings& said) {
  const std::string user = said.find("user");
  const std::string host = said.find("host").empty() ? said.find("hostaddr") : said.find("host");
  const std::string port = said.find("port");
  return printable("postgres://" + (user.empty() ? "" : user + "@") + host +
                   (port.empty() ? "" : ":" + port) + "/" + said.find("dbname"));
}

}  // namespace

Result<PostgresAddress> PostgresAddress::parse(const PqLibrary& pq, const std::string& url) {
  char* why = nullptr;
  PQconninfoOption* const options = url.contains('\0') ? nullptr : pq.conninfo_parse(url.c_str(), &why);
  if (why != nullptr) pq.freemem(why);  // not shown: it quotes the address, and the password with it
  if (options == nullptr) return fail(kStoreAddress, "the address of the PostgreSQL database cannot be read");
  const Settings said(pq, options);
  if (has_lost_password(said)) {
    return fail(kStoreAddress, "the address of the PostgreSQL database cannot be used",
                "write /, @ and : in a user name or password as %2F, %40 and %3A");
  }
  PostgresAddress address{describe(said), {{"application_name", "tomme"}}};
  const bool local = said.find("service", "PGSERVICE").empty() &&
                     is_local_host(said.find("host", "PGHOST")) &&
                     is_local_host(said.find("hostaddr", "PGHOSTADDR"));
  if (local || !said.find("sslmode", "PGSSLMODE").empty()) return address;
  address.settings.emplace_back("sslmode", "verify-full");
  const bool named = !said.find("sslrootcert", "PGSSLROOTCERT").empty();
  if (!named && !exists(environment("HOME") + "/.postgresql/root.crt") && exists(kSystemAuthorities)) {
    address.settings.emplace_back("sslrootcert", kSystemAuthorities);
  }
  return address;
}

}  // namespace tomme::store
