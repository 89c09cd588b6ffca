#include "core/packaging/simple_page.h"

namespace tomme {
namespace {

using Reader = Result<PageHead> (*)(BytesView, const PageFiles&, const PageLimits&);

Result<SimplePage> collect(Reader read, BytesView bytes, const PageLimits& limits) {
  SimplePage page;
  const PageFiles files{.file = [&page](IndexFile&& file, const PageHead&) -> Result<void> {
                          page.files.push_back(std::move(file));
                          return {};
                        },
                        .unreadable = {}};
  static_cast<PageHead&>(page) = TRY(read(bytes, files, limits));
  return page;
}

}  // namespace

std::vector<const IndexFile*> SimplePage::named(std::string_view filename) const {
  std::vector<const IndexFile*> found;
  for (const IndexFile& file : files) {
    if (file.filename == filename) found.push_back(&file);
  }
  return found;
}

Result<SimplePage> parse_simple_json(BytesView bytes, const PageLimits& limits) {
  return collect(&read_simple_json, bytes, limits);
}

Result<SimplePage> parse_simple_html(BytesView bytes, const PageLimits& limits) {
  return collect(&read_simple_html, bytes, limits);
}

}  // namespace tomme
