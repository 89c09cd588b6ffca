// Whole verifications in this process beside their floor: the same number and kind of bare signature checks,
// measured in the same run, repetitions mixed. Every verification parses its JSON again.
//
//   tomme_make_index --out build/bench/material/rekor1 --dependencies 0
//   tomme_make_index --out build/bench/material/rekor2 --dependencies 0 --rekor-v2
//   TOMME_BENCH_MATERIAL=build/bench/material verify_bench [--benchmark_out=FILE]
//
// The bundles of that folder have the shape of the public instances'. Where TOMME_SHARED_DIR is there, real
// ones are measured too ("real/…"). The last lines are the ratios, made of the best repetition of each.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <sstream>
#include <string>
#include <vector>

#include "core/crypto/key.h"
#include "core/policy/verdict.h"
#include "core/sigstore/builtin_roots.h"
#include "core/sigstore/verify.h"

namespace tomme {
namespace {

namespace fs = std::filesystem;

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "verify_bench: %s\n", result.error().message().c_str());
  std::exit(1);
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "verify_bench: cannot read %s (see the head of verify_bench.cc)\n", path.c_str());
    std::exit(1);
  }
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// --- the floor -------------------------------------------------------------------------------------------

/// How many signatures of each kind a verification must check, the intermediate's own certificate being
/// verified once, when the trust root is loaded.
struct Floor {
  const char* name;
  int p256, p384, ed25519;
};
// Leaf by intermediate (P-384); SCT, SET, checkpoint, content (P-256).
constexpr Floor kFloorV1{"floor/v1", 4, 1, 0};
// Leaf by intermediate (P-384); SCT, timestamp, content (P-256); checkpoint (Ed25519).
constexpr Floor kFloorV2{"floor/v2", 3, 1, 1};

/// libcrypto bare, with the key kept ready, in the way that is fastest there (crypto_bench compares them).
class BareEcdsa {
 public:
  BareEcdsa(KeyType type, int nid) {
    const PrivateKey key = must(PrivateKey::generate(type));
    const SignatureScheme scheme = key.public_key().default_scheme();
    signature_ = must(key.sign(scheme, bytes_of("a message")));
    const Digest made = digest(scheme.hash, bytes_of("a message"));
    hash_ = to_bytes(made.view());
    const BytesView point = key.public_key().spki().last(type == KeyType::ecdsa_p256 ? 65 : 97);
    key_ = EC_KEY_new_by_curve_name(nid);
    if (EC_KEY_oct2key(key_, point.data(), point.size(), nullptr) != 1) std::abort();
  }
  void verify() const {
    if (ECDSA_verify(0, hash_.data(), static_cast<int>(hash_.size()), signature_.data(),
                     static_cast<int>(signature_.size()), key_) != 1)
      std::abort();
  }

 private:
  Bytes signature_, hash_;
  EC_KEY* key_;
};

class BareEd25519 {
 public:
  BareEd25519() {
    const PrivateKey key = must(PrivateKey::generate(KeyType::ed25519));
    signature_ = must(key.sign(key.public_key().default_scheme(), bytes_of(kCheckpoint)));
    const BytesView point = key.public_key().ed25519_point();
    key_ = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size());
  }
  void verify() const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const BytesView message = bytes_of(kCheckpoint);
    if (EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key_) != 1 ||
        EVP_DigestVerify(context, signature_.data(), signature_.size(), message.data(), message.size()) != 1)
      std::abort();
    EVP_MD_CTX_free(context);
  }

 private:
  static constexpr std::string_view kCheckpoint =
      "log.example.org\n12345678\nSUxvdmVZb3UgSUxvdmVZb3UgSUxvdmVZb3UgSUw=\n";
  Bytes signature_;
  EVP_PKEY* key_;
};

void check_signatures(benchmark::State& state, const Floor& floor) {
  static const BareEcdsa p256(KeyType::ecdsa_p256, NID_X9_62_prime256v1);
  static const BareEcdsa p384(KeyType::ecdsa_p384, NID_secp384r1);
  static const BareEd25519 ed25519;
  for (auto _ : state) {
    for (int i = 0; i < floor.p256; ++i) p256.verify();
    for (int i = 0; i < floor.p384; ++i) p384.verify();
    for (int i = 0; i < floor.ed25519; ++i) ed25519.verify();
  }
}

// --- verifications ---------------------------------------------------------------------------------------

struct Case {
  std::string name;
  const Floor* floor;
  std::shared_ptr<const Verifier> verifier;
  std::string text;  ///< of the bundle or provenance object
  Proof::Kind kind;
  std::string filename;
  Sha256 digest;
};

void verify_once(const Case& c, const DistributionJudge& judge) {
  if (c.kind == Proof::Kind::bundle) {
    DigestArtifact artifact{Digest(c.digest)};
    const Bundle bundle = must(Bundle::parse(c.text));
    benchmark::DoNotOptimize(must(c.verifier->verify(bundle, artifact)));
    return;
  }
  // As `tomme run` has it: the provenance object, its publisher and its statement judged as well.
  std::vector<Proof> proofs;
  proofs.push_back(must(Proof::parse(c.kind, "index", c.text)));
  const Verdict verdict = judge.judge(must(DistFilename::parse(c.filename)), c.digest, proofs);
  if (verdict.attested() && verdict.decision() != Decision::deny) return;
  std::fprintf(stderr, "verify_bench: %s: %s\n", c.name.c_str(),
               verdict.refusal() ? verdict.refusal()->message().c_str() : "no proof");
  std::exit(1);
}

void verify(benchmark::State& state, const Case& c) {
  const DistributionJudge judge(c.verifier, {});
  for (auto _ : state) verify_once(c, judge);
}

std::shared_ptr<const Verifier> verifier_of(std::shared_ptr<const TrustedRoot> root) {
  return std::make_shared<const Verifier>(std::move(root), VerifyOptions{});
}
std::shared_ptr<const Verifier> verifier_of(const fs::path& root) {
  return verifier_of(std::make_shared<const TrustedRoot>(must(TrustedRoot::parse(read(root)))));
}

/// Of one folder that tomme_make_index wrote: its first wheel as a bundle and as a provenance object.
void add_generated(std::vector<Case>& cases, const fs::path& folder, const Floor& floor,
                   const std::string& bundle_name, const std::string& provenance_name) {
  const auto verifier = verifier_of(folder / "trusted_root.json");
  for (const auto& file : fs::directory_iterator(folder / "files")) {
    if (file.path().extension() != ".whl") continue;
    const std::string wheel = file.path().filename();
    const std::string content = read(file.path());
    const Sha256 digest = sha256(bytes_of(content));
    cases.push_back({bundle_name, &floor, verifier, read(folder / "bundles" / (wheel + ".sigstore.json")),
                     Proof::Kind::bundle, wheel, digest});
    cases.push_back({provenance_name, &floor, verifier, read(file.path().string() + ".provenance"),
                     Proof::Kind::provenance, wheel, digest});
    return;
  }
}

void add_real(std::vector<Case>& cases, const fs::path& vectors) {
  if (!fs::exists(vectors)) return;
  const auto public_good = verifier_of(must(public_good_root()));
  const fs::path conformance = vectors / "sigstore-conformance";
  const Sha256 digest = sha256(bytes_of(read(conformance / "a.txt")));
  const auto bundle = [&](const std::string& name, const std::string& test, const Floor* floor) {
    const fs::path folder = conformance / "bundle-verify" / test;
    const bool own_root = fs::exists(folder / "trusted_root.json");
    cases.push_back({name, floor, own_root ? verifier_of(folder / "trusted_root.json") : public_good,
                     read(folder / "bundle.sigstore.json"), Proof::Kind::bundle, "a.txt", digest});
  };
  bundle("real/v1 hashedrekord", "happy-path-v0.3", &kFloorV1);
  // Its authority and timestamp authority are of other curves: no floor is claimed.
  bundle("real/v2 hashedrekord", "rekor2-happy-path", nullptr);
  const std::string wheel = "abi3info-2024.10.3-py3-none-any.whl";
  cases.push_back({"real/v1 dsse (PEP 740)", &kFloorV1, public_good,
                   read(vectors / "pypi" / (wheel + ".provenance")), Proof::Kind::provenance, wheel,
                   sha256(bytes_of(read(vectors / "pypi" / wheel)))});
}

// --- the ratios ------------------------------------------------------------------------------------------

/// Prints as usual and keeps the least CPU time of each row, in nanoseconds for one iteration.
class Best : public benchmark::ConsoleReporter {
 public:
  using ConsoleReporter::ConsoleReporter;
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const double time = run.GetAdjustedCPUTime() / benchmark::GetTimeUnitMultiplier(run.time_unit) * 1e9;
      const auto [found, added] = best_[run.threads].try_emplace(run.run_name.function_name, time);
      if (!added) found->second = std::min(found->second, time);
    }
  }
  double of(const std::string& name, int threads) const {
    const auto rows = best_.find(threads);
    if (rows == best_.end() || !rows->second.contains(name)) return 0;
    return rows->second.at(name);
  }

 private:
  std::map<std::int64_t, std::map<std::string, double>> best_;
};

void print_ratios(const std::vector<Case>& cases, const Best& best) {
  std::printf("\n%-24s %14s %10s %10s %16s\n", "", "per CPU second", "floor", "of floor", "two threads cost");
  for (const Case& c : cases) {
    const double one = best.of(c.name, 1), two = best.of(c.name, 2);
    if (one == 0 || two == 0) continue;
    const double floor = c.floor ? best.of(c.floor->name, 1) : 0;
    std::printf("%-24s %14.0f", c.name.c_str(), 1e9 / one);
    if (floor > 0)
      std::printf(" %10.0f %8.1f %%", 1e9 / floor, 100 * floor / one);
    else
      std::printf(" %10s %10s", "-", "-");
    std::printf(" %+14.1f %%\n", 100 * (two / one - 1));
  }
  for (const Floor* floor : {&kFloorV1, &kFloorV2}) {
    const double one = best.of(floor->name, 1), two = best.of(floor->name, 2);
    if (one > 0 && two > 0)
      std::printf("%-24s %14.0f %10s %10s %+14.1f %%\n", floor->name, 1e9 / one, "", "",
                  100 * (two / one - 1));
  }
}

int run(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  // Repetitions of all rows mixed: what else the machine does then falls on all of them.
  for (const char* flag :
       {"--benchmark_repetitions=15", "--benchmark_min_time=0.1",
        "--benchmark_enable_random_interleaving=true", "--benchmark_report_aggregates_only=false"})
    arguments.insert(arguments.begin() + 1, const_cast<char*>(flag));  // the user's own come later and win
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());

  const char* material = std::getenv("TOMME_BENCH_MATERIAL");
  const fs::path folder = material ? material : "build/bench/material";
  std::vector<Case> cases;
  add_generated(cases, folder / "rekor1", kFloorV1, "v1 hashedrekord", "v1 dsse (PEP 740)");
  add_generated(cases, folder / "rekor2", kFloorV2, "v2 hashedrekord", "v2 dsse (PEP 740)");
  add_real(cases, fs::path(TOMME_SHARED_DIR) / "vectors");
  for (const Floor* floor : {&kFloorV1, &kFloorV2})
    benchmark::RegisterBenchmark(floor->name, [floor](auto& state) {
      check_signatures(state, *floor);
    })->ThreadRange(1, 2);
  for (const Case& c : cases)
    benchmark::RegisterBenchmark(c.name.c_str(), [&c](auto& state) { verify(state, c); })->ThreadRange(1, 2);

  Best best(benchmark::ConsoleReporter::OO_None);
  benchmark::RunSpecifiedBenchmarks(&best);
  print_ratios(cases, best);
  return 0;
}

}  // namespace
}  // namespace tomme

int main(int argc, char** argv) {
  return tomme::run(argc, argv);
}
