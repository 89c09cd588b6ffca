#include "app/run/shared_sight.h"

#include <algorithm>
#include <string_view>

#include "app/installers/collect.h"
#include "app/run/installed_distribution.h"
#include "core/base/ascii.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kConfigurationBytes = 64 * 1024;

/// "python3.11" of "/v/lib/python3.11/site-packages".
std::string_view version_of(std::string_view folder) {
  const std::string_view name = basename_of(folder_of(folder));
  return name.starts_with("python") || name.starts_with("pypy") ? name : "";
}

/// Debian's "python3" is for all of them.
bool is_same_version(std::string_view a, std::string_view b) {
  constexpr std::string_view kAny = "python3";
  if (a.empty() || b.empty()) return false;
  return a == b || (a == kAny && b.starts_with(kAny)) || (b == kAny && a.starts_with(kAny));
}

bool says_system_sites(std::string_view configuration) {
  std::string text = ascii::to_lower(configuration);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
  return text.contains("include-system-site-packages=true");
}

}  // namespace

SharedSight::Order SharedSight::of(const std::string& first, const std::string& second) {
  if (first == second) return Order::same;
  if (is_in_cache(first)) return Order::before;
  if (is_in_cache(second)) return Order::behind;
  if (is_on_python_path(first)) return Order::before;
  if (is_on_python_path(second)) return Order::behind;
  if (!is_site(first)) return Order::behind;
  if (!is_site(second)) return Order::before;
  return between_sites(first, second);
}

SharedSight::Order SharedSight::between_sites(const std::string& first, const std::string& second) {
  if (!is_same_version(version_of(first), version_of(second))) return Order::never;
  const Environment& one = environment_of(first);
  const Environment& other = environment_of(second);
  if (one.prefix == other.prefix) return Order::before;
  if (!one.sees_system || !other.sees_system || (one.is_virtual && other.is_virtual)) return Order::never;
  if (one.is_virtual) return Order::before;
  if (other.is_virtual) return Order::behind;
  if (is_of_user(first)) return Order::before;
  if (is_of_user(second)) return Order::behind;
  // Debian's Python has folders in both.
  constexpr std::string_view kSystem = "/usr";
  return is_within(one.prefix, kSystem) && is_within(other.prefix, kSystem) ? Order::before : Order::never;
}

std::string SharedSight::resolved(const std::string& path) const {
  return invocation_.resolve ? invocation_.resolve(path) : path;
}

bool SharedSight::is_in_cache(const std::string& folder) {
  return !cache_.empty() && is_within(folder, resolved(cache_));
}

bool SharedSight::is_on_python_path(const std::string& folder) {
  if (!python_path_) {
    python_path_.emplace();
    const auto set = invocation_.environment.find("PYTHONPATH");
    std::string_view rest = set == invocation_.environment.end() ? "" : std::string_view(set->second);
    while (!rest.empty()) {
      const std::string one(rest.substr(0, rest.find(':')));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      python_path_->insert(resolved(one.starts_with('/') ? one : invocation_.directory + "/" + one));
    }
  }
  return python_path_->contains(folder);
}

bool SharedSight::is_site(const std::string& folder) {
  if (!real_sites_) {
    real_sites_.emplace();
    for (const std::string& site : sites_) real_sites_->insert(resolved(site));
  }
  return real_sites_->contains(folder);
}

bool SharedSight::is_of_user(const std::string& folder) {
  const auto set = invocation_.environment.find("PYTHONUSERBASE");
  const std::string base =
      set == invocation_.environment.end() ? invocation_.home + "/.local" : std::string(set->second);
  return is_within(folder, resolved(base));
}

/// "/v" of "/v/lib/python3.11/site-packages".
const SharedSight::Environment& SharedSight::environment_of(const std::string& folder) {
  const auto [place, is_new] = environments_.try_emplace(folder);
  if (!is_new) return place->second;
  Environment& environment = place->second;
  environment.prefix = folder_of(folder_of(folder_of(folder)));
  const auto text = invocation_.read(environment.prefix + "/pyvenv.cfg", kConfigurationBytes);
  environment.is_virtual = text.has_value();
  environment.sees_system = !text || says_system_sites(*text);
  return environment;
}

}  // namespace tomme::guard
