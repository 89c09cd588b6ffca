#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/packaging/page_file.h"
#include "core/packaging/project_name.h"
#include "core/packaging/simple_page.h"

namespace tomme {

enum class PageFormat : std::uint8_t { json, html };

/// "application/vnd.pypi.simple.v1+json", or HTML in UTF-8.
std::string_view content_type_of(PageFormat format);

/// Writes a project page of the Simple API, file by file, so that the page is in memory once. What comes out
/// has one reading for pip, uv, Poetry and PDM, and gives the same values when it is read again.
class PageWriter {
 public:
  /// `project` is whose page it is; nothing for a page of files of any.
  PageWriter(PageFormat format, std::optional<ProjectName> project);

  void add(const PageFile& file);
  /// The files since `clear`, written one behind the other.
  const std::string& text() const { return out_; }
  void clear() { out_.clear(); }
  /// What comes before all that `text` gave, and what behind it.
  std::string head(const PageHead& page) const;
  std::string tail(const PageHead& page) const;

 private:
  void add_json(const PageFile& file);
  void add_html(const PageFile& file);
  PageFormat format_;
  std::string project_;  ///< normalised
  bool is_first_ = true;
  std::string out_;
};

/// The list of all projects of an index.
std::string write_project_list(PageFormat format, const std::vector<std::string>& names);

}  // namespace tomme
