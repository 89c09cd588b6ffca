// What a TUF repository costs: repository_bench FOLDER KEY TARGETS (repository_bench.py runs it)
//
// Makes one with the role tree of PEP 458 in FOLDER, which must not be there yet; KEY (ecdsa or ed25519) is
// the type of all its keys. Prints one line of JSON: the first publication of all targets, then releases of
// seven targets each, one publication a release, and, at 1,000,000 targets, batches of 70,000 (1,000 releases
// a second, every ten seconds). `storing` is the time in which publication waits for files and database to be
// durable; all else is computing. What it leaves, for clients:
//
//     public/              what a server of the repository has; of the targets the files of those that
//     `install` names timestamps/N.json    the timestamp after N releases: put in the place of public's it
//     brings that moment back
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/repository/ceremony.h"
#include "app/repository/layout.h"
#include "app/repository/publisher.h"
#include "app/repository/schema.h"

namespace tomme::repository {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kReleases = 60;
constexpr std::uint64_t kTargetsOfARelease = 7;
constexpr std::uint64_t kInstalled = 10;

template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::exit(3);
}
void must(Result<void> result) {
  if (!result) must(Result<int>(std::unexpected(std::move(result).error())));
}

double milliseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}
double milliseconds_since(Clock::time_point start) {
  return milliseconds(Clock::now() - start);
}

/// A path as long as PyPI's are.
std::string path_of(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  const std::string hex = sha256(bytes_of(digits)).to_hex();
  return "packages/" + hex.substr(0, 2) + "/" + hex.substr(2, 2) + "/" + hex.substr(4) + "/project_" +
         digits + "-1.0-py3-none-any.whl";
}

/// The content of the file is its path.
Change target(std::uint64_t number) {
  const std::string path = path_of(number);
  return must(Change::set(path, must(TargetFile::make(path.size(), sha256(bytes_of(path))))));
}

/// Of all threads, user and system.
double cpu_milliseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// Not getrusage, which counts whoever forked this process as well.
long peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6) / 1024;
  return 0;
}

double at(std::vector<double> values, double quantile) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1))];
}

class Run {
 public:
  Run(const std::string& folder, KeyType type, std::uint64_t targets) : folder_(folder), targets_(targets) {
    std::filesystem::create_directories(folder_ + "/timestamps");
    database_ = must(store::open_database("sqlite:" + folder_ + "/r.db"));
    files_ = must(store::open_blob_store(folder_ + "/public"));
    must(prepare_tables(*database_));
    const PrivateKey key = must(PrivateKey::generate(type));
    signers_ = {std::make_shared<MemorySigningKey>(key)};
    Plan plan;
    plan.root = plan.targets = plan.online = {{key.public_key()}, 1};
    plan.bins_role = plan.targets;
    plan.bits = bits_ = bits_for(targets);
    must(stage_first(*files_, plan, {}, now_));
    const tuf::Key tuf_key = tuf::Key::of(key.public_key());
    const tuf::Keys keys = {{tuf_key.id(), tuf_key}};
    for (const StagedFile& file : must(load_staged(*files_)))
      must(files_->put(staged_key(file.role),
                       bytes_of(must(add_signature(file.text, *signers_.front(), {keys})))));
  }

  void measure() {
    Publisher publisher = must(Publisher::open({*files_, *database_, folder_ + "/lock", folder_}, signers_));
    must(publisher.publish(now_));
    const auto start = Clock::now();
    Partition partition = must(Partition::make(folder_, must(publisher.bins(now_))->layout));
    for (std::uint64_t i = 0; i < targets_; ++i) must(partition.add(target(i)));
    must(partition.finish());
    const double sorted = milliseconds_since(start);
    const Publication built = must(publisher.publish(now_, partition));
    std::printf(
        "{\"targets\": %llu, \"bits\": %u, \"build_ms\": %.0f, \"of_it_sorting_ms\": %.0f, "
        "\"peak_mib\": %ld, \"metadata_bytes\": %llu",
        static_cast<unsigned long long>(targets_), bits_, milliseconds_since(start), sorted, peak_mib(),
        static_cast<unsigned long long>(bytes()));
    std::fflush(stdout);
    if (built.changes != targets_) std::exit(1);
    keep_timestamp(0);
    releases(publisher);
    if (targets_ == 1'000'000) batches(publisher);
    print_installed();
    std::printf("}\n");
    must(publisher.close());
  }

 private:
  void releases(Publisher& publisher) {
    std::vector<double> total, computing, storing, cpu;
    const Queue queue(*database_);
    for (int release = 0; release < kReleases; ++release) {
      must(queue.add(
          changes(kTargetsOfARelease, targets_ + static_cast<std::uint64_t>(release) * kTargetsOfARelease)));
      const auto start = Clock::now();
      const double cpu_before = cpu_milliseconds();
      const Publication done = must(publisher.publish(now_));
      cpu.push_back(cpu_milliseconds() - cpu_before);
      total.push_back(milliseconds_since(start));
      storing.push_back(milliseconds(done.storing));
      computing.push_back(total.back() - storing.back());
      keep_timestamp(release + 1);
    }
    std::printf(
        ", \"release_p50_ms\": %.2f, \"release_p99_ms\": %.2f, \"release_computing_p50_ms\": %.2f, "
        "\"release_computing_p99_ms\": %.2f, \"release_storing_p50_ms\": %.2f, \"release_cpu_p50_ms\": %.2f",
        at(total, 0.5), at(total, 0.99), at(computing, 0.5), at(computing, 0.99), at(storing, 0.5),
        at(cpu, 0.5));
    std::fflush(stdout);
  }

  /// Ten seconds of 1,000 releases a second: accepted in transactions of 100 releases, published at once.
  void batches(Publisher& publisher) {
    std::vector<double> accepting, publishing;
    const Queue queue(*database_);
    std::uint64_t next = targets_ * 2;
    for (int batch = 0; batch < 3; ++batch) {
      auto start = Clock::now();
      for (int transaction = 0; transaction < 100; ++transaction, next += 700)
        must(queue.add(changes(700, next)));
      accepting.push_back(milliseconds_since(start));
      start = Clock::now();
      const Publication done = must(publisher.publish(now_));
      if (done.more || done.changes != 70'000) std::exit(1);
      publishing.push_back(milliseconds_since(start));
    }
    std::printf(", \"batch_of_70000_accept_ms\": %.0f, \"batch_of_70000_publish_ms\": %.0f",
                at(accepting, 0.5), at(publishing, 0.5));
  }

  static std::vector<Change> changes(std::uint64_t count, std::uint64_t first) {
    std::vector<Change> out;
    for (std::uint64_t i = 0; i < count; ++i) out.push_back(target(first + i));
    return out;
  }

  void keep_timestamp(int releases) const {
    std::filesystem::copy_file(folder_ + "/public/metadata/timestamp.json",
                               folder_ + "/timestamps/" + std::to_string(releases) + ".json");
  }

  void print_installed() {
    for (std::uint64_t i = 0; i < kInstalled; ++i) {
      const std::string path = path_of(i);
      must(files_->put(must(target_key(path, sha256(bytes_of(path)))), bytes_of(path)));
      std::printf("%s\"%s\"", i == 0 ? ", \"install\": [" : ", ", path.c_str());
    }
    std::printf("]");
  }

  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/public/metadata")) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("1.bins-")) sum += entry.file_size();
    }
    return sum;
  }

  std::string folder_;
  std::uint64_t targets_;
  Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  unsigned bits_ = 0;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::BlobStore> files_;
  SigningKeys signers_;
};

}  // namespace
}  // namespace tomme::repository

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  const std::uint64_t targets = argc == 4 ? std::strtoull(argv[3], nullptr, 10) : 0;
  if (targets == 0 || std::filesystem::exists(words[1])) {
    std::fprintf(stderr,
                 "usage: repository_bench FOLDER ecdsa|ed25519 TARGETS, where there is no FOLDER yet\n");
    return 2;
  }
  const tomme::KeyType type = words[2] == "ed25519" ? tomme::KeyType::ed25519 : tomme::KeyType::ecdsa_p256;
  tomme::repository::Run(words[1], type, targets).measure();
}
