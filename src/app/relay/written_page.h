#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/relay/listing.h"
#include "app/relay/report.h"
#include "app/relay/scratch.h"
#include "core/packaging/page_write.h"

namespace tomme::guard {

/// An answer of Tomme's own to an installer: nothing in it was only handed on, but the reason of a status.
struct PageAnswer {
  unsigned status = 200;
  std::string reason = {};
  net::Headers headers = {};
  std::string front = {};
  std::optional<Scratch> body = {};
  std::string back = {};
  bool is_begun = false;  ///< status, headers and `front` are out

  Result<void> send(net::ResponseWriter& response) const;
  /// Of content of ours with this type.
  static PageAnswer of_type(std::string_view type);
};

/// Whose page it is.
struct PageSource {
  Url address;  ///< where it was asked for
  std::optional<Url> index;
  std::optional<ProjectName> project;
  std::string name;  ///< for the report
};

/// A page of links that is written anew while it is read. A file that was written is in the Listing; what
/// cannot be written is told to the report.
class WrittenPage {
 public:
  /// The references must outlive it.
  WrittenPage(PageFormat format, PageSource source, std::string scratch_folder, Listing& listing,
              Report& report, const std::function<bool(const Url&)>& is_judged);

  /// What is written from now on goes to the client at once, whose answer begins with it; of JSON only, whose
  /// status and versions stand at the end.
  void send_to(net::ResponseWriter& client) { client_ = &client; }
  /// `base` as PageHead has it. Fails where nothing more can be written.
  Result<void> add(IndexFile& listed, const std::optional<Url>& base);
  void left_out(std::string_view name, const Error& why);  ///< thread-safe, also beside `add`
  Result<PageAnswer> finish(const PageHead& head);

 private:
  Result<void> put(std::string_view text);
  void not_listed(const IndexFile& listed, const std::optional<Url>& base, const Error& why);
  const PageFormat format_;
  const PageSource source_;
  Listing& listing_;
  Report& report_;
  const std::function<bool(const Url&)>& is_judged_;
  UrlResolver resolver_;
  PageWriter writer_;
  Scratch body_;  ///< what has not gone to the client
  net::ResponseWriter* client_ = nullptr;
  bool is_begun_ = false;
};

}  // namespace tomme::guard
