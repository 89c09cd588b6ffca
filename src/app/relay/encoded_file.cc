#include "app/relay/encoded_file.h"

#include <algorithm>
#include <array>
#include <unistd.h>

#include "app/relay/errors.h"
#include "core/encoding/text.h"
#include "io/net/content_coding.h"
#include "io/net/errors.h"

namespace tomme::guard {

namespace {

/// How a file begins, by the end of its name.
struct Beginning {
  std::string_view suffix;
  std::string_view bytes;
};
constexpr std::array<Beginning, 6> kBeginnings{{{".whl", "PK"},
                                                {".zip", "PK"},
                                                {".egg", "PK"},
                                                {".tar.gz", "\x1f\x8b"},
                                                {".tgz", "\x1f\x8b"},
                                                {".tar.bz2", "BZh"}}};

bool begins_as(const StoredFile& file, std::string_view filename) {
  const auto* known = std::ranges::find_if(
      kBeginnings, [&](const Beginning& beginning) { return filename.ends_with(beginning.suffix); });
  std::array<char, 4> head{};
  const ssize_t n = ::pread(file.fd(), head.data(), head.size(), 0);
  return known != kBeginnings.end() && n > 0 &&
         std::string_view(head.data(), static_cast<std::size_t>(n)).starts_with(known->bytes);
}

Result<std::shared_ptr<const StoredFile>> decoded(const FileStore& store, const StoredFile& came,
                                                  std::string_view encoding, std::uint64_t limit) {
  constexpr std::size_t kPiece = 256 * 1024;
  IncomingFile plain = TRY(store.begin());
  const MappedFile bytes = TRY(came.map());
  net::ContentDecoder decoder(encoding, limit);
  for (std::size_t at = 0; at < bytes.view().size(); at += kPiece) {
    const BytesView piece = bytes.view().subspan(at, std::min(kPiece, bytes.view().size() - at));
    TRY(decoder.update(piece, [&](BytesView more) { return plain.append(more); }));
  }
  TRY(decoder.finish());
  return std::move(plain).finish();
}

}  // namespace

Result<std::shared_ptr<const StoredFile>> undo_encoding(const FileStore& store,
                                                        std::shared_ptr<const StoredFile> came,
                                                        std::string_view encoding, std::string_view filename,
                                                        std::span<const Sha256> digests,
                                                        std::uint64_t limit) {
  const auto is_listed = [&](const StoredFile& file) {
    return std::ranges::find(digests, file.digest()) != digests.end();
  };
  if (is_listed(*came)) return came;
  const auto plain = decoded(store, *came, encoding, limit);
  // A disk that is full is that, and no damage of the file.
  if (!plain && !plain.error().is(kNetProtocol)) return plain;
  if (!digests.empty()) return plain && is_listed(**plain) ? *plain : came;
  if (plain && begins_as(**plain, filename)) return *plain;
  if (begins_as(*came, filename)) return came;
  return fail(kGuardEncoding, "the server sent " + printable(filename) + " encoded as " +
                                  printable(encoding, 40) + ", and it is no such file in either form");
}

}  // namespace tomme::guard
