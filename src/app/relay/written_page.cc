#include "app/relay/written_page.h"

namespace tomme::guard {

namespace {

constexpr std::size_t kPiece = 64 * 1024;

/// "git+https://h/x@v1#egg=demo-1", which pip takes for a version by its fragment alone. No installer of
/// today takes an `.egg`.
bool is_named_by_fragment(std::string_view address) {
  const std::size_t hash = std::min(address.find('#'), address.size());
  return address.substr(hash).contains("egg=") && !address.substr(0, hash).ends_with(".egg");
}

}  // namespace

Result<void> PageAnswer::send(net::ResponseWriter& response) const {
  if (!is_begun) {
    const std::uint64_t length = front.size() + (body ? body->size() : 0) + back.size();
    TRY(response.head(status, reason, headers, length));
    if (!front.empty()) TRY(response.write(bytes_of(front)));
  }
  if (body && body->size() > 0) TRY(body->send(response));
  if (!back.empty()) TRY(response.write(bytes_of(back)));
  return {};
}

PageAnswer PageAnswer::of_type(std::string_view type) {
  // Ours to say: what an installer keeps of this page is of use as long as this run.
  return {.headers = {{"Content-Type", std::string(type)}, {"Cache-Control", "max-age=600"}}};
}

WrittenPage::WrittenPage(PageFormat format, PageSource source, std::string scratch_folder, Listing& listing,
                         Report& report, const std::function<bool(const Url&)>& is_judged)
    : format_(format),
      source_(std::move(source)),
      listing_(listing),
      report_(report),
      is_judged_(is_judged),
      resolver_(source_.address),
      writer_(format, source_.project),
      body_(std::move(scratch_folder)) {}

void WrittenPage::left_out(std::string_view name, const Error& why) {
  if (!is_no_distribution(name)) report_.left_out(source_.name, std::string(name), why.message());
}

void WrittenPage::not_listed(const IndexFile& listed, const std::optional<Url>& base, const Error& why) {
  const Result<Url> address = base ? base->resolve(listed.url) : resolver_.resolve(listed.url);
  if (address) listing_.leave_out(*address, why);
  if (!is_no_distribution(listed.filename) || !is_named_by_fragment(listed.url)) {
    return left_out(listed.filename, why);
  }
  report_.left_out(source_.name, shown_address(listed.url), why.message());
}

Result<void> WrittenPage::add(IndexFile& listed, const std::optional<Url>& base) {
  const Result<PageFile> file = PageFile::make(listed, base, resolver_, source_.project);
  if (!file) {
    not_listed(listed, base, file.error());
    return {};
  }
  if (const Result<void> added = listing_.add(*file, source_.index, is_judged_); !added) {
    listing_.leave_out(file->upstream(), added.error());
    left_out(file->name(), added.error());
    return {};
  }
  writer_.add(*file);
  if (writer_.text().size() < kPiece) return {};
  TRY(put(writer_.text()));
  writer_.clear();
  return {};
}

Result<void> WrittenPage::put(std::string_view text) {
  if (client_ == nullptr) return body_.append(text);
  if (!std::exchange(is_begun_, true)) {
    TRY(client_->head(200, "", PageAnswer::of_type(content_type_of(format_)).headers, std::nullopt));
    TRY(client_->write(bytes_of(writer_.head({}))));
  }
  return client_->write(bytes_of(text));
}

Result<PageAnswer> WrittenPage::finish(const PageHead& head) {
  TRY(body_.append(writer_.text()));
  if (head.status && source_.project) report_.project_status(source_.project->normalized(), *head.status);
  PageAnswer answer = PageAnswer::of_type(content_type_of(format_));
  answer.front = writer_.head(head);
  answer.body = std::move(body_);
  answer.back = writer_.tail(head);
  answer.is_begun = is_begun_;
  return answer;
}

}  // namespace tomme::guard
