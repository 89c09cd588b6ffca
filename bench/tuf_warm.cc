// tuf_warm ROUNDS METADATA_URL DIR: refreshes what is kept in DIR again and again inside one process, over
// one HTTP client: by an updater made anew each time, and by one that is renewed. Prints both medians in
// milliseconds, and what the first one took longer than the others: it loads libcurl.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "io/remote/tuf_folder.h"
#include "io/remote/tuf_mirror.h"

namespace {

using namespace tomme;

Time now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

using Refresh = std::function<Result<void>()>;

struct Took {
  double median, first;  // milliseconds; the first is not counted in the median
};

Result<Took> measure(int rounds, const Refresh& refresh) {
  std::vector<double> took;
  double first = 0;
  for (int i = 0; i <= rounds; ++i) {
    const auto started = std::chrono::steady_clock::now();
    TRY(refresh());
    const std::chrono::duration<double, std::milli> span = std::chrono::steady_clock::now() - started;
    i > 0 ? took.push_back(span.count()) : void(first = span.count());
  }
  std::ranges::sort(took);
  return Took{took[took.size() / 2], first};
}

Result<void> run(int rounds, const std::string& url, const std::string& folder) {
  net::HttpClient client({.one_at_a_time = true});
  const Took anew = TRY(measure(rounds, [&]() -> Result<void> {
    TufFolder store = TRY(TufFolder::open(folder));
    TufMirror mirror = TRY(TufMirror::open(client, url));
    tuf::Updater updater = TRY(tuf::Updater::open(store, mirror, {.now = now()}));
    return updater.refresh();
  }));
  TufFolder store = TRY(TufFolder::open(folder));
  TufMirror mirror = TRY(TufMirror::open(client, url));
  tuf::Updater updater = TRY(tuf::Updater::open(store, mirror, {.now = now(), .renewable = true}));
  const Took renewed = TRY(measure(rounds, [&] { return updater.renew(now()); }));
  std::printf("%.3f %.3f %.3f\n", anew.median, renewed.median, anew.first - anew.median);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  const int rounds = argc == 4 ? std::atoi(words[1].c_str()) : 0;
  if (rounds < 1) return 2;
  const Result<void> done = run(rounds, words[2], words[3]);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().message().c_str());
  return 1;
}
