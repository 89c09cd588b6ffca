// What reading a page of many files and writing it anew costs, step by step: each row does what the one above
// it does and one thing more. `make bench BENCH=page` has the same as whole processes.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <string>

#include "app/relay/listing.h"
#include "core/encoding/json.h"
#include "core/packaging/page_write.h"

namespace tomme {
namespace {

std::string page_of(std::size_t files) {
  std::string page = R"({"meta":{"api-version":"1.1"},"name":"bench","files":[)";
  for (std::size_t i = 0; i < files; ++i) {
    const std::string name = "bench-0." + std::to_string(i) + "-py3-none-any.whl";
    std::string digits = std::to_string(i);
    digits.insert(0, 64 - digits.size(), '0');
    page +=
        std::string(i == 0 ? "" : ", ") + R"({"filename": ")" + name + R"(", "hashes": {"sha256": ")" +
        digits +
        R"("}, "requires-python": ">=3.8", "size": 1000, "upload-time": "2024-01-02T03:04:05.000000Z", )" +
        R"("yanked": false, "url": "https://localhost:8443/files/)" + name + R"("})";
  }
  return page + "]}";
}

void expect(bool ok) {
  if (!ok) std::abort();
}

/// How far each file goes.
enum class Until : std::uint8_t { read, made, listed, written };

void page(benchmark::State& state, Until until) {
  const std::string text = page_of(static_cast<std::size_t>(state.range(0)));
  const Url at = *Url::parse("https://localhost:8443/simple/bench/");
  const std::optional<Url> index = *Url::parse("https://localhost:8443/simple/");
  const auto project = *ProjectName::parse("bench");
  for (auto _ : state) {
    guard::Listing listing;
    UrlResolver resolver(at);
    PageWriter writer(PageFormat::json, project);
    std::size_t size = 0;
    const auto take = [&](IndexFile&& listed, const PageHead& head) -> Result<void> {
      if (until == Until::read) return {};
      const PageFile file = TRY(PageFile::make(listed, head.base, resolver, project));
      if (until == Until::made) return {};
      TRY(listing.add(file, index, [](const Url&) { return true; }));
      if (until == Until::listed) return {};
      writer.add(file);
      if (writer.text().size() < 64 * 1024) return {};
      size += writer.text().size();
      writer.clear();
      return {};
    };
    expect(read_simple_json(bytes_of(text), {take, {}}).has_value());
    benchmark::DoNotOptimize(size);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK_CAPTURE(page, read, Until::read)->Arg(1'000)->Arg(60'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(page, made, Until::made)->Arg(1'000)->Arg(60'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(page, listed, Until::listed)->Arg(1'000)->Arg(60'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(page, written, Until::written)->Arg(1'000)->Arg(60'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tomme
