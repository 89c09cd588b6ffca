#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "app/installers/errors.h"
#include "app/installers/findings.h"
#include "app/installers/plan.h"

/// What the tests of plans share: commands as text, files in memory.
namespace tomme::guard {

using Files = std::map<std::string, std::string>;

inline Invocation invocation_of(std::string_view command, Environment environment = {}, Files files = {}) {
  Invocation invocation;
  invocation.argv = words_of(command);
  invocation.environment = std::move(environment);
  invocation.directory = "/project";
  invocation.home = "/users/ada";
  std::vector<std::string> names;
  for (const auto& [path, text] : files) names.push_back(path);
  invocation.read = [files = std::move(files)](const std::string& path, std::size_t limit) {
    auto found = files.find(path);
    return found == files.end() ? std::optional<std::string>() : found->second.substr(0, limit);
  };
  invocation.list = [names = std::move(names)](const std::string& folder) {
    std::set<std::string> found;
    for (const std::string& path : names) {
      if (path.starts_with(folder + "/"))
        found.insert(path.substr(folder.size() + 1, path.find('/', folder.size() + 1) - folder.size() - 1));
    }
    return std::vector<std::string>(found.begin(), found.end());
  };
  return invocation;
}

/// A command that must be refused, and what the refusal must name.
struct Way {
  std::string_view command;
  Environment environment;
  Files files;
  std::string_view names;
};

inline std::ostream& operator<<(std::ostream& out, const Way& way) {
  out << way.command;
  for (const auto& [name, value] : way.environment) out << " " << name << "=" << value;
  for (const auto& [path, text] : way.files) out << " " << path;
  return out;
}
/// Passes with a note by default, is refused by name with `--require attested`.
inline void expect_refused_with_proof(const Way& way) {
  Invocation invocation = invocation_of(way.command, way.environment, way.files);
  Result<Plan> plan = make_plan(invocation);
  ASSERT_TRUE(plan.has_value()) << plan.error().message();
  EXPECT_THAT(plan->notes, ::testing::Contains(::testing::HasSubstr(way.names)));
  EXPECT_THAT(plan->notes, ::testing::Contains(::testing::Not(::testing::HasSubstr("secret"))));
  invocation.proof_required = true;
  Result<Plan> strict = make_plan(invocation);
  ASSERT_FALSE(strict.has_value());
  EXPECT_TRUE(strict.error().is(kGuardUnproven));
  EXPECT_THAT(strict.error().message(), ::testing::HasSubstr(way.names));
  EXPECT_THAT(strict.error().message(), ::testing::Not(::testing::HasSubstr("secret")));
}

inline const char* const kUvProxy = "https-proxy = \"http://u:secret@p:1\"\n";
inline const char* const kPipConf = "[global]\nindex-url = https://u:secret@corp.test/simple\n";

}  // namespace tomme::guard
