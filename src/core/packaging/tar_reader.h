#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tomme {

/// Fills the bytes it is given; fewer come only at the end.
using TarSource = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;

struct TarEntry {
  enum class Kind : std::uint8_t { file, folder, link, device };
  std::string name;  ///< as written, the long forms of pax and GNU undone
  Kind kind = Kind::file;
  std::uint64_t size = 0;  ///< of a file
};

/// The entries of a tar archive, from its front: ustar (POSIX.1-1988), its pax form, GNU's long names, and
/// the headers of before. What readers take in more than one way is kSdistInvalid: an entry whose size is
/// told in two ways, data behind what has none, an entry behind a mark of the end, sparse files.
class TarReader {
 public:
  explicit TarReader(TarSource source) : source_(std::move(source)) {}

  /// Nothing at the end. What the entry before holds is skipped, unless it was read.
  Result<std::optional<TarEntry>> next();
  /// Of the entry that came last. kSdistTooLarge above `max`.
  Result<Bytes> content(std::size_t max);

 private:
  struct Header;
  struct Pending;
  static Result<Header> parse_header(BytesView block);
  Result<bool> read_block(std::span<std::uint8_t> block);
  Result<void> skip();
  Result<TarEntry> entry_of(Header header, Pending pending);

  TarSource source_;
  std::uint64_t unread_ = 0;  ///< bytes of the entry that came last, and of its padding
  std::uint64_t size_ = 0;    ///< without the padding
};

}  // namespace tomme
