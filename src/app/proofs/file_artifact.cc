#include "app/proofs/file_artifact.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "core/crypto/errors.h"
#include "core/encoding/text.h"
#include "io/system/errors.h"

namespace tomme {

Result<FileArtifact> FileArtifact::open(const std::string& path) {
  if (path == "-") return FileArtifact(Descriptor(::dup(STDIN_FILENO)), "standard input", true);
  Descriptor file = TRY(open_for_reading(path, true));
  struct stat status{};
  const bool is_stream = ::fstat(file.fd(), &status) == 0 && !S_ISREG(status.st_mode);
  return FileArtifact(std::move(file), path, is_stream);
}

Result<void> FileArtifact::read_stream() {
  std::array<Hasher, 3> hashers = {Hasher(HashAlgorithm::sha256), Hasher(HashAlgorithm::sha384),
                                   Hasher(HashAlgorithm::sha512)};
  std::vector<std::uint8_t> buffer(256 * 1024);
  for (;;) {
    const ssize_t n = ::read(file_.fd(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(kFileRead, "cannot read " + printable(name_) + ": " + system_reason());
    if (n == 0) break;
    for (Hasher& hasher : hashers) hasher.update(BytesView(buffer).first(static_cast<std::size_t>(n)));
  }
  for (std::size_t i = 0; i < hashers.size(); ++i) known_[i] = hashers[i].finish();
  return {};
}

Result<Digest> FileArtifact::digest(HashAlgorithm algorithm) {
  std::optional<Digest>& known = known_[std::to_underlying(algorithm)];
  if (!known && is_stream_) TRY(read_stream());
  if (!known) known = TRY(digest_of(file_, algorithm, name_));
  return *known;
}

Result<BytesView> FileArtifact::content() {
  if (is_stream_) {
    return fail(kSignatureNeedsContent,
                "the signature covers the whole file, which a pipe cannot give twice");
  }
  if (!mapped_) mapped_.emplace(TRY(MappedFile::map(file_.fd(), TRY(size_of(file_, name_)), name_)));
  return mapped_->view();
}

}  // namespace tomme
