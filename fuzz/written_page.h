#pragma once

#include <cstdlib>
#include <string>

#include "core/packaging/page_write.h"

/// What installers are given of a page gives the same when it is read again: every file once more, and the
/// same text.
namespace tomme::fuzz {

struct Written {
  std::string text;
  std::vector<PageFile> files;
};

inline Written write_page(SimplePage page, PageFormat format, const Url& at) {
  static const ProjectName kDemo = *ProjectName::parse("demo");
  Written written;
  PageWriter writer(format, kDemo);
  for (IndexFile& listed : page.files) {
    auto file = PageFile::make(listed, page.base, at, kDemo);
    if (!file) continue;
    writer.add(*file);
    written.files.push_back(*std::move(file));
  }
  written.text = writer.head(page);
  written.text += writer.text() + writer.tail(page);
  return written;
}

inline void expect_same_when_read_again(const SimplePage& page) {
  static const Url kPage = *Url::parse("https://index.example/simple/demo/");
  static const Url kElsewhere = *Url::parse("http://127.0.0.1:1/");
  for (const PageFormat format : {PageFormat::json, PageFormat::html}) {
    const Written first = write_page(page, format, kPage);
    const BytesView text = bytes_of(first.text);
    const auto read = format == PageFormat::json ? parse_simple_json(text) : parse_simple_html(text);
    if (!read || read->files.size() != first.files.size()) std::abort();
    const Written second = write_page(*read, format, kElsewhere);
    if (second.text != first.text || second.files.size() != first.files.size()) std::abort();
    for (std::size_t i = 0; i < first.files.size(); ++i) {
      const PageFile &a = first.files[i], &b = second.files[i];
      if (a.name() != b.name() || a.key() != b.key() || a.listed().sha256 != b.listed().sha256) std::abort();
      if (a.listed().requires_python != b.listed().requires_python || a.listed().yanked != b.listed().yanked)
        std::abort();
    }
  }
}

}  // namespace tomme::fuzz
