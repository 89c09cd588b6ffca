// Every field of every good bundle dropped, doubled, exchanged with the same field of another bundle, and
// damaged (decoded bytes first, middle and last; numbers by one; texts by a letter). Each of these must be
// refused, unless the table below says by name why the field proves nothing.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "core/encoding/der.h"
#include "core/encoding/text.h"
#include "testing/provenance.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

using namespace tomme::testing;

enum class Mutation : std::uint8_t { dropped, exchanged, damaged };

std::string_view name_of(Mutation mutation) {
  constexpr std::string_view kNames[] = {"dropped", "exchanged", "damaged"};
  return kNames[static_cast<std::size_t>(mutation)];
}

/// When an excuse holds: for this bundle, changed at this path into that other one.
using When = bool (*)(const json::Value& bundle, const JsonPath& path, const json::Value& changed);

const std::string kEntry = "verificationMaterial.tlogEntries.0.";

bool always(const json::Value&, const JsonPath&, const json::Value&) {
  return true;
}
bool has_key(const json::Value& bundle) {
  return find(bundle, "verificationMaterial.publicKey") != nullptr;
}
bool has_promise(const json::Value& bundle) {
  return find(bundle, kEntry + "inclusionPromise") != nullptr;
}
bool needs_no_timestamp(const json::Value& bundle, const JsonPath&, const json::Value&) {
  return has_key(bundle) || has_promise(bundle);
}
bool needs_no_promise(const json::Value& bundle, const JsonPath&, const json::Value&) {
  return has_key(bundle) ||
         find(bundle, "verificationMaterial.timestampVerificationData.rfc3161Timestamps.0") != nullptr;
}
bool has_other_signatures(const json::Value& bundle, const JsonPath&, const json::Value&) {
  const std::string& note = *find(bundle, kEntry + "inclusionProof.checkpoint.envelope")->text();
  return note.find("\xe2\x80\x94 ") != note.rfind("\xe2\x80\x94 ");
}

/// The contents of SignedData's certificates in a TimeStampResp, as they stand in `token`.
Result<BytesView> embedded_certificates(BytesView token) {
  der::Reader outer(token);
  der::Reader response = TRY(outer.sequence());
  TRY(response.sequence());
  der::Reader content_info = TRY(response.sequence());
  TRY(content_info.oid());
  der::Reader content = TRY(content_info.nested(der::context_constructed(0)));
  der::Reader signed_data = TRY(content.sequence());
  static_cast<void>(TRY(signed_data.small_integer()));
  TRY(signed_data.set());
  TRY(signed_data.sequence());
  const auto certificates = TRY(signed_data.optional(der::context_constructed(0)));
  return certificates ? certificates->body : BytesView();
}

bool is_in_embedded_certificates(const json::Value& bundle, const JsonPath& path,
                                 const json::Value& changed) {
  const Bytes good = decode_base64(*find(bundle, path)->text()).value_or(Bytes());
  const Bytes bad = decode_base64(*find(changed, path)->text()).value_or(Bytes());
  const auto where = embedded_certificates(good);
  if (!where || good.size() != bad.size()) return false;
  const auto begin = static_cast<std::size_t>(where->data() - good.data());
  const std::size_t end = begin + where->size();
  for (std::size_t i = 0; i < good.size(); ++i) {
    if (good[i] != bad[i] && (i < begin || i >= end)) return false;
  }
  return true;
}

/// A change that leaves a bundle good. `path` has `*` for any index.
struct Irrelevant {
  Mutation mutation;
  std::string_view path;
  When when;
  std::string_view why;
};
constexpr Irrelevant kIrrelevant[] = {
    {Mutation::dropped, "messageSignature.messageDigest", always,
     "optional, and only the signer's word: the signature is over the file itself"},
    {Mutation::exchanged, "mediaType", always,
     "unauthenticated: versions differ in where a certificate stands, and that is read strictly"},
    {Mutation::damaged, "mediaType", always, "the same: neighbouring versions have the same members"},
    {Mutation::dropped, "verificationMaterial.tlogEntries.*.inclusionPromise", needs_no_promise,
     "the proof shows inclusion, and a timestamp the time (which a managed key needs not)"},
    {Mutation::dropped, "verificationMaterial.timestampVerificationData", needs_no_timestamp,
     "the promise shows the time (which a managed key needs not)"},
    {Mutation::dropped, "verificationMaterial.timestampVerificationData.rfc3161Timestamps",
     needs_no_timestamp, "the same"},
    {Mutation::dropped, "verificationMaterial.timestampVerificationData.rfc3161Timestamps.*",
     needs_no_timestamp, "the same"},
    {Mutation::exchanged, "verificationMaterial.timestampVerificationData", needs_no_timestamp,
     "the same: a timestamp that does not verify is passed over with a note"},
    {Mutation::exchanged, "verificationMaterial.timestampVerificationData.rfc3161Timestamps",
     needs_no_timestamp, "the same"},
    {Mutation::exchanged, "verificationMaterial.timestampVerificationData.rfc3161Timestamps.*",
     needs_no_timestamp, "the same"},
    {Mutation::exchanged,
     "verificationMaterial.timestampVerificationData.rfc3161Timestamps.*.signedTimestamp", needs_no_timestamp,
     "the same"},
    {Mutation::damaged, "verificationMaterial.timestampVerificationData.rfc3161Timestamps.*.signedTimestamp",
     needs_no_timestamp, "the same"},
    {Mutation::damaged, "verificationMaterial.timestampVerificationData.rfc3161Timestamps.*.signedTimestamp",
     is_in_embedded_certificates,
     "no signature covers the embedded certificates, and the trust root names the signer's"},
    {Mutation::dropped, "verificationMaterial.publicKey.hint", always, "the caller's key is what counts"},
    {Mutation::exchanged, "verificationMaterial.publicKey", always, "the same"},
    {Mutation::exchanged, "verificationMaterial.publicKey.hint", always, "the same"},
    {Mutation::damaged, "verificationMaterial.publicKey.hint", always, "the same"},
    {Mutation::damaged, "dsseEnvelope.signatures.*.keyid", always, "unauthenticated in DSSE"},
    {Mutation::damaged, "verificationMaterial.tlogEntries.*.inclusionProof.checkpoint.envelope",
     has_other_signatures, "lines of witnesses and strangers prove nothing about the entry"},
};

std::string starred(const JsonPath& path) {
  JsonPath out = path;
  for (std::string& step : out) {
    if (!step.empty() && step.find_first_not_of("0123456789") == std::string::npos) step = "*";
  }
  return to_text(out);
}

bool is_irrelevant(Mutation mutation, const JsonPath& path, const json::Value& bundle,
                   const json::Value& changed) {
  const std::string name = starred(path);
  return std::ranges::any_of(kIrrelevant, [&](const Irrelevant& excuse) {
    return excuse.mutation == mutation && excuse.path == name && excuse.when(bundle, path, changed);
  });
}

/// proto3 leaves these out: with and without is the same message.
bool is_default(const json::Value& value) {
  if (const json::Array* array = value.array()) return array->empty();
  if (const std::string* text = value.text()) return text->empty() || *text == "0";
  return value.integer() == 0;
}

/// A good bundle with all that it takes to verify it.
struct Sample {
  std::string name;
  std::shared_ptr<const TrustedRoot> root;
  json::Value bundle;
  std::string content;
  VerifyOptions options;

  bool accepts(std::string_view text) const { return verify(root, text, content, options).has_value(); }
};

/// The bytes with one bit flipped at the beginning, in the middle, at the end; and one byte less.
std::vector<json::Value> damage_bytes(Bytes bytes) {
  std::vector<json::Value> out;
  if (bytes.empty()) return out;
  for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
    bytes[at] ^= 1;
    out.push_back(encode_base64(bytes));
    bytes[at] ^= 1;
  }
  bytes.pop_back();
  out.push_back(encode_base64(bytes));
  return out;
}

std::vector<json::Value> damage_text(const std::string& text) {
  std::vector<json::Value> out = {text + "x", "x" + text, std::string()};
  for (const std::size_t at : {std::size_t{0}, text.size() / 2, text.size() - 1}) {
    std::string other = text;
    if (!text.empty()) other[at] = static_cast<char>(other[at] ^ 1);
    out.push_back(other);
  }
  return out;
}

std::vector<json::Value> damage(const json::Value& value) {
  if (const std::string* text = value.text()) {
    std::int64_t number = 0;
    const char* end = text->data() + text->size();
    if (const auto [stop, error] = std::from_chars(text->data(), end, number);
        error == std::errc() && stop == end) {
      return {std::to_string(number + 1), std::to_string(number - 1), "-" + *text, "0" + *text};
    }
    if (const auto bytes = decode_base64(*text); bytes && text->size() >= 16) return damage_bytes(*bytes);
    return damage_text(*text);
  }
  if (const auto number = value.integer()) return {*number + 1, *number - 1};
  return {json::Value("x"), json::Value(1)};  // a container of another type
}

std::size_t mutate(const Sample& sample, const Sample& other) {
  std::size_t tried = 0;
  for (const JsonPath& path : all_paths(sample.bundle)) {
    const json::Value& value = *find(sample.bundle, path);
    const auto try_value = [&](Mutation mutation, const json::Value& changed) {
      ++tried;
      if (!sample.accepts(json::to_canonical(changed))) return;
      EXPECT_TRUE(is_irrelevant(mutation, path, sample.bundle, changed))
          << sample.name << ": accepted with " << to_text(path) << " " << name_of(mutation);
    };
    if (!is_default(value)) try_value(Mutation::dropped, without(sample.bundle, path));
    for (const json::Value& damaged : damage(value))
      try_value(Mutation::damaged, with(sample.bundle, path, damaged));
    const json::Value* theirs = find(other.bundle, path);
    if (theirs && json::to_canonical(*theirs) != json::to_canonical(value))
      try_value(Mutation::exchanged, with(sample.bundle, path, *theirs));
    const bool is_member = find(sample.bundle, JsonPath(path.begin(), path.end() - 1))->object() != nullptr;
    if (!is_member) continue;
    ++tried;
    EXPECT_FALSE(sample.accepts(text_with_duplicate(sample.bundle, path, value)))
        << sample.name << ": accepted with " << to_text(path) << " doubled";
  }
  return tried;
}

// --- generated -------------------------------------------------------------------------------------------

struct Maker {
  std::string_view name;
  Recipe recipe;
  bool envelope;
  bool managed = false;
};

/// Two bundles of the same kind, by two signers over two files.
std::pair<Sample, Sample> make_samples(const Maker& maker) {
  Instance instance = make_instance(kNow);
  LeafSpec somebody = github("somebody/else");
  somebody.key_number = 1;
  const auto make = [&](const LeafSpec& leaf, std::string_view content) {
    const Signer signer =
        maker.managed ? Signer{key(KeyType::ecdsa_p256, 80 + leaf.key_number)} : certify(instance, leaf);
    const BundleParts parts =
        maker.envelope
            ? sign_statement(instance, signer, make_statement("file.txt", bytes_of(content)), maker.recipe)
            : sign_message(instance, signer, bytes_of(content), maker.recipe);
    VerifyOptions options;
    if (maker.managed) options.key = ManagedKey{signer.key.public_key()};
    return Sample{std::string(maker.name), nullptr, parts.to_json(), std::string(content), options};
  };
  std::pair<Sample, Sample> samples{make(github("owner/repo"), kContent), make(somebody, "another file")};
  samples.first.root = samples.second.root = instance.root();
  return samples;
}

Recipe with_type(Recipe recipe, std::string_view media_type) {
  recipe.media_type = media_type;
  return recipe;
}
Recipe with_timestamp(Recipe recipe) {
  recipe.timestamp_authorities = {0};
  return recipe;
}

const Maker kMakers[] = {
    {"hashedrekord_1", rekor_1(), false},
    {"hashedrekord_1_v01", with_type(rekor_1(), kBundle01), false},
    {"hashedrekord_1_v02", with_type(rekor_1(), kBundle02), false},
    {"hashedrekord_1_timestamp", with_timestamp(rekor_1()), false},
    {"hashedrekord_1_managed", rekor_1(), false, true},
    {"hashedrekord_2", rekor_2(), false},
    {"hashedrekord_2_envelope", rekor_2(), true},
    {"hashedrekord_2_managed", rekor_2(), false, true},
    {"dsse_1", rekor_1("dsse"), true},
    {"dsse_2", {.kind = {"dsse", "0.0.2"}, .logs = {1}, .timestamp_authorities = {0}}, true},
    {"intoto_1", rekor_1("intoto"), true},
    {"intoto_2", {.kind = {"intoto", "0.0.2"}}, true},
};

class Mutations : public ::testing::TestWithParam<Maker> {};

TEST_P(Mutations, AreRefused) {
  const auto [sample, other] = make_samples(GetParam());
  ASSERT_TRUE(sample.accepts(json::to_canonical(sample.bundle)));
  ASSERT_TRUE(other.accepts(json::to_canonical(other.bundle)));
  EXPECT_GT(mutate(sample, other), 100U);
}
INSTANTIATE_TEST_SUITE_P(Generated, Mutations, ::testing::ValuesIn(kMakers),
                         [](const auto& each) { return std::string(each.param.name); });

// --- the conformance suite's -----------------------------------------------------------------------------

namespace fs = std::filesystem;

fs::path suite() {
  return fs::path(TOMME_SHARED_DIR) / "vectors/sigstore-conformance/bundle-verify";
}
std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> happy_folders() {
  std::vector<std::string> out;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(suite(), absent)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && !name.ends_with("_fail")) out.push_back(name);
  }
  std::ranges::sort(out);
  return out;
}

Sample load(const std::string& name) {
  const fs::path folder = suite() / name;
  const auto or_else = [&](const char* file, const fs::path& otherwise) {
    return fs::exists(folder / file) ? folder / file : otherwise;
  };
  const fs::path public_good = fs::path(TOMME_SHARED_DIR) / "vectors/public-good/targets/trusted_root.json";
  VerifyOptions options;
  if (fs::exists(folder / "key.pub"))
    options.key = ManagedKey{must(PublicKey::parse_pem(read(folder / "key.pub")))};
  return {name,
          std::make_shared<const TrustedRoot>(
              must(TrustedRoot::parse(read(or_else("trusted_root.json", public_good))))),
          must(json::parse(read(folder / "bundle.sigstore.json"))),
          read(or_else("artifact", suite() / "a.txt")), options};
}

std::string signature_of(const Sample& sample) {
  const json::Value* signature = find(sample.bundle, "messageSignature.signature");
  if (!signature) signature = find(sample.bundle, "dsseEnvelope.signatures.0.sig");
  return *signature->text();
}

class SuiteMutations : public ::testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SuiteMutations);

TEST_P(SuiteMutations, AreRefused) {
  const Sample sample = load(GetParam());
  ASSERT_TRUE(sample.accepts(json::to_canonical(sample.bundle)));
  // Against each that has another signature; several folders hold one bundle with other checkpoints.
  std::size_t tried = 0;
  for (const std::string& name : {std::string("happy-path-v0.1"), std::string("happy-path-v0.3"),
                                  std::string("rekor2-happy-path"), std::string("rekor2-dsse-happy-path")}) {
    const Sample other = load(name);
    if (signature_of(other) != signature_of(sample)) tried += mutate(sample, other);
  }
  EXPECT_GT(tried, 150U);
}
INSTANTIATE_TEST_SUITE_P(Conformance, SuiteMutations, ::testing::ValuesIn(happy_folders()),
                         [](const auto& each) {
                           std::string name = each.param;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace tomme
