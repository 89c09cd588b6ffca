// Whole verifications in this process beside their floor: the same number and kind of bare signature checks.
// Every verification parses its JSON again.
//
//   tomme_make_index --out build/bench/material/rekor1 --dependencies 0
//   tomme_make_index --out build/bench/material/rekor2 --dependencies 0 --rekor-v2
//   TOMME_BENCH_MATERIAL=build/bench/material verify_bench [ROUNDS [NAME]]
//
// What is compared takes turns, a few verifications at a time, and each round gives one ratio: a machine
// whose speed wanders (others on the same host) wanders for both alike. The medians of the rounds are
// printed. The bundles of that folder have the shape of the public instances'; where TOMME_SHARED_DIR is
// there, real ones are measured too ("real/…").
#define OPENSSL_SUPPRESS_DEPRECATED

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <sstream>
#include <string>
#include <thread>
#include <time.h>
#include <vector>

#include "core/crypto/key.h"
#include "core/policy/judge.h"
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

void check_signatures(const Floor& floor) {
  static const BareEcdsa p256(KeyType::ecdsa_p256, NID_X9_62_prime256v1);
  static const BareEcdsa p384(KeyType::ecdsa_p384, NID_secp384r1);
  static const BareEd25519 ed25519;
  for (int i = 0; i < floor.p256; ++i) p256.verify();
  for (int i = 0; i < floor.p384; ++i) p384.verify();
  for (int i = 0; i < floor.ed25519; ++i) ed25519.verify();
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
    [[maybe_unused]] const Evidence evidence = must(c.verifier->verify(bundle, artifact));
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

using Work = std::function<void()>;

/// Seconds of CPU that this thread has used.
double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// A round is two turns of each side, some 12 ms long: long enough that each runs in its own warm caches.
constexpr int kTurns = 2;
constexpr int kTimes = 10;

/// Once, of one turn.
double seconds_of(const Work& work) {
  work();
  const double start = cpu_seconds();
  for (int i = 0; i < kTimes; ++i) work();
  return (cpu_seconds() - start) / kTimes;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Rates {
  double first, second;  ///< seconds of CPU, once
  double ratio;          ///< second / first, of the same round
};

/// Two pieces of work in turns.
Rates take_turns(const Work& first, const Work& second, int rounds) {
  std::vector<double> firsts, seconds, ratios;
  for (int round = 0; round < rounds; ++round) {
    double one = 0, two = 0;
    for (int turn = 0; turn < kTurns; ++turn) {
      one += seconds_of(first);
      two += seconds_of(second);
    }
    firsts.push_back(one / kTurns);
    seconds.push_back(two / kTurns);
    ratios.push_back(two / one);
  }
  return {median(firsts), median(seconds), median(ratios)};
}

/// CPU of one piece of work on each of `count` new threads that start together, in the mean.
double seconds_on_threads(const Work& work, std::size_t count) {
  std::vector<double> seconds(count);
  std::barrier start(static_cast<std::ptrdiff_t>(count));
  {
    std::vector<std::jthread> threads;
    for (double& mine : seconds) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        mine = seconds_of(work);
      });
    }
  }
  return std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(count);
}

/// CPU of one piece of work while two threads do it, beside one thread's, in turns.
double cost_of_two_threads(const Work& work, int rounds) {
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double alone = seconds_on_threads(work, 1);
    ratios.push_back(seconds_on_threads(work, 2) / alone);
  }
  return median(ratios);
}

void print_row(const char* name, double rate, double floor, double of_floor, double two_threads) {
  std::printf("%-24s %14.0f", name, rate);
  if (floor > 0)
    std::printf(" %10.0f %8.1f %%", floor, 100 * of_floor);
  else
    std::printf(" %10s %10s", "-", "-");
  std::printf(" %+14.1f %%\n", 100 * (two_threads - 1));
  std::fflush(stdout);
}

int run(int rounds, const std::string& only) {
  const char* material = std::getenv("TOMME_BENCH_MATERIAL");
  const fs::path folder = material ? material : "build/bench/material";
  std::vector<Case> cases;
  add_generated(cases, folder / "rekor1", kFloorV1, "v1 hashedrekord", "v1 dsse (PEP 740)");
  add_generated(cases, folder / "rekor2", kFloorV2, "v2 hashedrekord", "v2 dsse (PEP 740)");
  add_real(cases, fs::path(TOMME_SHARED_DIR) / "vectors");

  std::printf("%-24s %14s %10s %10s %16s\n", "", "per CPU second", "floor", "of floor", "two threads cost");
  for (const Case& c : cases) {
    if (!c.name.contains(only)) continue;
    const DistributionJudge judge(c.verifier, {});
    const Work verify = [&] { verify_once(c, judge); };
    const Floor& beside = c.floor ? *c.floor : kFloorV2;
    const Rates rates = take_turns(verify, [&] { check_signatures(beside); }, rounds);
    const double two = cost_of_two_threads(verify, rounds);
    print_row(c.name.c_str(), 1 / rates.first, c.floor ? 1 / rates.second : 0, rates.ratio, two);
  }
  for (const Floor* floor : {&kFloorV1, &kFloorV2}) {
    if (!std::string_view(floor->name).contains(only)) continue;
    const Work check = [&] { check_signatures(*floor); };
    const Rates rates = take_turns(check, check, rounds);
    print_row(floor->name, 1 / rates.first, 0, 0, cost_of_two_threads(check, rounds));
  }
  return 0;
}

}  // namespace
}  // namespace tomme

int main(int argc, char** argv) {
  return tomme::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 41, argc > 2 ? argv[2] : "");
}
