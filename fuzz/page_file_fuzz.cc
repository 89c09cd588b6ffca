#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "written_page.h"

// One file whose texts are lines of the input: the address of a demo-1.0.zip, its Python version, the reason
// of its yank, the time of its upload and its provenance.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = tomme::text_of({data, size});
  const auto line = [&rest] {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string text(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return text;
  };
  tomme::SimplePage page;
  tomme::IndexFile& file = page.files.emplace_back();
  file.url = line();
  file.filename = "demo-1.0.zip";
  if (!file.url.contains(file.filename)) file.url += "/demo-1.0.zip";
  file.requires_python = line();
  file.yanked = line();
  file.upload_time = line();
  file.provenance = line();
  page.status = line();
  page.status_reason = line();
  page.versions = {line(), line()};
  tomme::fuzz::expect_same_when_read_again(page);
  return 0;
}
