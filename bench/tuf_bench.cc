// What repository metadata costs at the size of a large index: a snapshot of 16,384 bins, and bins of 150 KB
// and 5 MB, read, verified and written. The columns with names are parts of the whole.
#include <benchmark/benchmark.h>
#include <cstdlib>

#include "core/tuf/metadata.h"
#include "core/tuf/threshold.h"

namespace tomme::tuf {
namespace {

void expect(bool ok) {
  if (!ok) std::abort();
}

struct File {
  std::string text;
  std::string canonical;
  Keys keys;
  RoleKeys role;
};

template <class T>
File file_of(T value, KeyType type) {
  value.expires = time_from_unix(2'000'000'000);
  const PrivateKey signer = PrivateKey::generate(type).value();
  const Key key = Key::of(signer.public_key());
  File out;
  out.canonical = value.to_canonical().value();
  const Signature signature = sign(signer, key, key.id(), out.canonical).value();
  out.text = write_envelope(out.canonical, {&signature, 1});
  out.keys.emplace(key.id(), key);
  out.role.keyids = {key.id()};
  return out;
}

Snapshot snapshot_of(unsigned bins) {
  const SuccinctRoles roles{.bit_length = 14, .name_prefix = "bin"};
  Snapshot out;
  out.meta.set("targets.json", {});
  for (unsigned i = 0; i < bins; ++i) {
    out.meta.set(roles.bin(i).text() + ".json", MetaFile{.version = Version(1 + i * 7919 % 100'000)});
  }
  return out;
}

/// Paths as PyPI has them.
Targets targets_of(unsigned files) {
  Targets out;
  for (unsigned i = 0; i < files; ++i) {
    const Sha256 hash = sha256(bytes_of(std::to_string(i)));
    TargetFile file;
    file.length = 1'000'000 + i;
    file.hashes.known.push_back(Digest(hash));
    const std::string hex = hash.to_hex();
    out.targets.set("packages/" + hex.substr(0, 2) + "/" + hex.substr(2, 2) + "/" + hex.substr(4) +
                        "/some_project-1.2.3-cp311-cp311-manylinux_2_17_x86_64.whl",
                    std::move(file));
  }
  return out;
}

template <class T>
void read_and_verify(benchmark::State& state, const File& file) {
  for (auto _ : state) {
    const auto read = Signed<T>::parse(bytes_of(file.text)).value();
    expect(
        verify_threshold("role", "bench", file.keys, file.role, read.canonical, read.signatures).has_value());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(file.text.size()));
  state.counters["bytes"] = static_cast<double>(file.text.size());
}

template <class T>
void parts(benchmark::State& state, const File& file) {
  const json::Value value = json::parse(file.text).value();
  const json::Value& payload = *value.object()->find("signed");
  for (auto _ : state) {
    if (state.range(0) == 0) benchmark::DoNotOptimize(json::parse(file.text).value());
    if (state.range(0) == 1) benchmark::DoNotOptimize(json::to_olpc_canonical(payload).value());
    if (state.range(0) == 2) benchmark::DoNotOptimize(T::parse(payload).value());
    if (state.range(0) == 3) benchmark::DoNotOptimize(digest(HashAlgorithm::sha512, bytes_of(file.text)));
  }
  static constexpr const char* kNames[] = {"json", "canonical", "values", "sha512"};
  state.SetLabel(kNames[state.range(0)]);
}

const File& snapshot() {
  static const File file = file_of(snapshot_of(16'384), KeyType::ed25519);
  return file;
}
const File& bin(bool large) {
  static const File small_file = file_of(targets_of(600), KeyType::ed25519);
  static const File large_file = file_of(targets_of(20'000), KeyType::ed25519);
  return large ? large_file : small_file;
}

void snapshot_read(benchmark::State& state) {
  read_and_verify<Snapshot>(state, snapshot());
}
void bin_read(benchmark::State& state) {
  read_and_verify<Targets>(state, bin(state.range(0) != 0));
}
void snapshot_parts(benchmark::State& state) {
  parts<Snapshot>(state, snapshot());
}
void large_bin_parts(benchmark::State& state) {
  parts<Targets>(state, bin(true));
}

void snapshot_write(benchmark::State& state) {
  const Snapshot value = snapshot_of(16'384);
  for (auto _ : state) benchmark::DoNotOptimize(write_envelope(value.to_canonical().value(), {}));
}
void bin_write(benchmark::State& state) {
  const Targets value = targets_of(state.range(0) != 0 ? 20'000 : 600);
  for (auto _ : state) benchmark::DoNotOptimize(write_envelope(value.to_canonical().value(), {}));
}

BENCHMARK(snapshot_read)->Unit(benchmark::kMillisecond);
BENCHMARK(bin_read)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(snapshot_parts)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(large_bin_parts)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(snapshot_write)->Unit(benchmark::kMillisecond);
BENCHMARK(bin_write)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tomme::tuf
