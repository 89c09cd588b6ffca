#include "app/relay/scratch.h"

#include <cerrno>
#include <unistd.h>

#include "io/system/errors.h"

namespace tomme::guard {

Result<void> Scratch::append(std::string_view text) {
  size_ += text.size();
  if (!file_.is_open()) {
    text_.append(text);
    if (text_.size() <= kInMemory) return {};
    file_ = nameless_file(folder_);
    text = text_;
  }
  if (!file_.is_open() || !write_all(file_.fd(), bytes_of(text))) {
    return fail(kFileWrite, "cannot write a page to the disk: " + system_reason());
  }
  text_ = {};
  return {};
}

Result<void> Scratch::read(const std::function<Result<void>(BytesView)>& read) const {
  if (!file_.is_open()) return read(bytes_of(text_));
  const MappedFile mapped = TRY(MappedFile::map(file_.fd(), size_, "a page"));
  return read(mapped.view());
}

Result<void> Scratch::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(file_.fd(), into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(kFileRead, "cannot read a page from the disk: " + system_reason());
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<void> Scratch::send(net::ResponseWriter& response) const {
  if (!file_.is_open()) return response.write(bytes_of(text_));
  return response.write_file(file_.fd(), 0, size_);
}

}  // namespace tomme::guard
