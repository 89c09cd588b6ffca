// What a TUF repository costs: repository_bench [FOLDER [KEY [TARGETS…]]]
//
// For each number of targets (10,000 to 10,000,000 where none is given; KEY is ecdsa or ed25519) one line of
// JSON: the first publication of all of them, then releases of seven targets each, one publication a release,
// and, at 1,000,000 targets, batches of 70,000 (1,000 releases a second, every ten seconds). `storing` is the
// time in which publication waits for files and database to be durable; all else is computing. FOLDER is
// where it writes.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <vector>

#include "app/repository/ceremony.h"
#include "app/repository/publisher.h"
#include "app/repository/schema.h"

namespace tomme::repository {
namespace {

using Clock = std::chrono::steady_clock;
const Time kNow = time_from_unix(1'790'000'000);
constexpr int kReleases = 60;
constexpr std::uint64_t kTargetsOfARelease = 7;

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
Change target(std::uint64_t number, std::uint64_t length) {
  const std::string digits = std::to_string(number);
  const std::string hex = sha256(bytes_of(digits)).to_hex();
  const std::string path = "packages/" + hex.substr(0, 2) + "/" + hex.substr(2, 2) + "/" + hex.substr(4) +
                           "/project_" + digits + "-1.0-py3-none-any.whl";
  return must(Change::set(path, must(TargetFile::make(length, sha256(bytes_of(path))))));
}

/// Of all threads, user and system.
double cpu_milliseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

long peak_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

double at(std::vector<double> values, double quantile) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1))];
}

class Run {
 public:
  Run(const std::string& folder, KeyType type, std::uint64_t targets) : folder_(folder), targets_(targets) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    database_ = must(store::open_database("sqlite:" + folder_ + "/r.db"));
    files_ = must(store::open_blob_store(folder_ + "/public"));
    must(prepare_tables(*database_));
    const PrivateKey key = must(PrivateKey::generate(type));
    signers_ = {std::make_shared<MemorySigner>(key)};
    Plan plan;
    plan.root = plan.targets = plan.online = {{key.public_key()}, 1};
    plan.bits = bits_for(targets);
    must(stage_first(*files_, plan, {}, kNow));
    for (const StagedFile& file : must(load_staged(*files_))) {
      const tuf::Key tuf_key = tuf::Key::of(key.public_key());
      const tuf::Keys keys = {{tuf_key.id(), tuf_key}};
      must(files_->put(must(store::BlobKey::parse("staged/" + file.role + ".json")),
                       bytes_of(must(add_signature(file.text, *signers_.front(), {&keys})))));
    }
    bits_ = plan.bits;
  }
  ~Run() { std::filesystem::remove_all(folder_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void measure() {
    Publisher publisher = must(Publisher::open({*files_, *database_, folder_ + "/lock", folder_}, signers_));
    must(publisher.publish(kNow));
    const auto start = Clock::now();
    Partition partition = must(Partition::make(folder_, must(publisher.bins(kNow))->layout));
    for (std::uint64_t i = 0; i < targets_; ++i) must(partition.add(target(i, 1)));
    must(partition.finish());
    const double sorted = milliseconds_since(start);
    const Publication built = must(publisher.publish(kNow, partition));
    std::printf(
        "{\"targets\": %llu, \"bits\": %u, \"build_ms\": %.0f, \"of_it_sorting_ms\": %.0f, "
        "\"peak_mib\": %ld, \"metadata_octets\": %llu",
        static_cast<unsigned long long>(targets_), bits_, milliseconds_since(start), sorted, peak_mib(),
        static_cast<unsigned long long>(octets()));
    std::fflush(stdout);
    if (built.changes != targets_) std::exit(1);
    releases(publisher);
    if (targets_ == 1'000'000) batches(publisher);
    std::printf("}\n");
    std::fflush(stdout);
    must(publisher.close());
  }

 private:
  void releases(Publisher& publisher) {
    std::vector<double> total, computing, cpu;
    const Queue queue(*database_);
    for (int release = 0; release < kReleases; ++release) {
      must(queue.add(
          changes(kTargetsOfARelease, targets_ + static_cast<std::uint64_t>(release) * kTargetsOfARelease)));
      const auto start = Clock::now();
      const double cpu_before = cpu_milliseconds();
      const Publication done = must(publisher.publish(kNow));
      cpu.push_back(cpu_milliseconds() - cpu_before);
      total.push_back(milliseconds_since(start));
      computing.push_back(total.back() - milliseconds(done.storing));
    }
    std::printf(
        ", \"release_p50_ms\": %.2f, \"release_p99_ms\": %.2f, \"release_computing_p50_ms\": %.2f, "
        "\"release_computing_p99_ms\": %.2f, \"release_cpu_p50_ms\": %.2f",
        at(total, 0.5), at(total, 0.99), at(computing, 0.5), at(computing, 0.99), at(cpu, 0.5));
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
      const Publication done = must(publisher.publish(kNow));
      if (done.more || done.changes != 70'000) std::exit(1);
      publishing.push_back(milliseconds_since(start));
    }
    std::printf(", \"batch_of_70000_accept_ms\": %.0f, \"batch_of_70000_publish_ms\": %.0f",
                at(accepting, 0.5), at(publishing, 0.5));
  }

  static std::vector<Change> changes(std::uint64_t count, std::uint64_t first) {
    std::vector<Change> out;
    for (std::uint64_t i = 0; i < count; ++i) out.push_back(target(first + i, 2));
    return out;
  }
  std::uint64_t octets() const {
    std::uint64_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/public/metadata")) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("1.bins-")) sum += entry.file_size();
    }
    return sum;
  }

  std::string folder_;
  std::uint64_t targets_;
  unsigned bits_ = 0;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::BlobStore> files_;
  Signers signers_;
};

}  // namespace
}  // namespace tomme::repository

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "repository-bench";
  const std::string key = argc > 2 ? argv[2] : "ecdsa";
  std::vector<std::uint64_t> sizes;
  for (int i = 3; i < argc; ++i) sizes.push_back(std::strtoull(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {10'000, 100'000, 1'000'000, 10'000'000};
  for (const std::uint64_t targets : sizes) {
    tomme::repository::Run(folder + "/run",
                           key == "ed25519" ? tomme::KeyType::ed25519 : tomme::KeyType::ecdsa_p256, targets)
        .measure();
  }
}
