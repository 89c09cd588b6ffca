// tuf_warm ROUNDS METADATA_URL DIR: refreshes what is kept in DIR again and again inside one process, over
// one HTTP client, and prints the median in milliseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "io/remote/tuf_mirror.h"
#include "io/store/tuf_folder.h"

namespace {

using namespace tomme;

Result<void> refresh(net::HttpClient& client, const std::string& url, const std::string& folder) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  TufFolder store = TRY(TufFolder::open(folder));
  TufMirror mirror = TRY(TufMirror::open(client, url));
  tuf::Updater updater = TRY(tuf::Updater::open(store, mirror, {.now = now}));
  return updater.refresh();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  const int rounds = argc == 4 ? std::atoi(words[1].c_str()) : 0;
  if (rounds < 1) return 2;
  net::HttpClient client({});
  std::vector<double> took;
  for (int i = 0; i <= rounds; ++i) {
    const auto started = std::chrono::steady_clock::now();
    if (const auto done = refresh(client, words[2], words[3]); !done) {
      std::fprintf(stderr, "%s\n", done.error().message().c_str());
      return 1;
    }
    const std::chrono::duration<double, std::milli> span = std::chrono::steady_clock::now() - started;
    if (i > 0) took.push_back(span.count());  // the first one loads libcurl
  }
  std::ranges::sort(took);
  std::printf("%.3f\n", took[took.size() / 2]);
}
