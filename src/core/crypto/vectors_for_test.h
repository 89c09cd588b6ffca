#pragma once

#include <charconv>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"

/// For tests only: the real bundles, trust roots and timestamps in TOMME_SHARED_DIR/vectors.
namespace tomme::vectors {

inline std::filesystem::path folder() {
  return std::filesystem::path(TOMME_SHARED_DIR) / "vectors";
}
inline bool present() {
  return std::filesystem::is_directory(folder() / "sigstore-conformance");
}

inline std::string read(const std::filesystem::path& name) {
  std::ifstream file(folder() / name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A member or element further down, by names and decimal indexes; nullptr where there is none.
inline const json::Value* at(const json::Value* value, std::initializer_list<std::string_view> path) {
  for (std::string_view step : path) {
    if (value == nullptr) return nullptr;
    const json::Array* array = value->array();
    const json::Object* object = value->object();
    std::size_t index = 0;
    std::from_chars(step.data(), step.data() + step.size(), index);
    value = array != nullptr ? (index < array->size() ? &(*array)[index] : nullptr)
                             : (object != nullptr ? object->find(step) : nullptr);
  }
  return value;
}

inline std::string text_at(const json::Value& value, std::initializer_list<std::string_view> path) {
  const json::Value* found = at(&value, path);
  return found != nullptr && found->text() != nullptr ? *found->text() : std::string();
}

inline Bytes base64_at(const json::Value& value, std::initializer_list<std::string_view> path) {
  return decode_base64(text_at(value, path)).value_or(Bytes{});
}

inline std::vector<json::Value> list_at(const json::Value& value,
                                        std::initializer_list<std::string_view> path) {
  const json::Value* found = at(&value, path);
  return found != nullptr && found->array() != nullptr ? *found->array() : std::vector<json::Value>{};
}

/// One folder of the conformance suite.
struct Case {
  std::string name;
  json::Value bundle;
  json::Value root;  ///< its own, else the public-good instance's
};

/// All whose bundle is JSON.
inline std::vector<Case> cases() {
  const std::filesystem::path suite = std::filesystem::path("sigstore-conformance") / "bundle-verify";
  std::vector<Case> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder() / suite)) {
    if (!entry.is_directory()) continue;
    auto bundle = json::parse(read(entry.path() / "bundle.sigstore.json"));
    if (!bundle) continue;
    const std::filesystem::path own = entry.path() / "trusted_root.json";
    auto root = json::parse(
        read(std::filesystem::exists(own) ? own : folder() / "public-good/targets/trusted_root.json"));
    EXPECT_TRUE(root) << entry.path();
    if (root) out.push_back({entry.path().filename().string(), std::move(*bundle), std::move(*root)});
  }
  EXPECT_GE(out.size(), 60U);
  return out;
}

}  // namespace tomme::vectors

#define TOMME_NEEDS_VECTORS() \
  if (!::tomme::vectors::present()) GTEST_SKIP() << "needs the real bundles in " << ::tomme::vectors::folder()
