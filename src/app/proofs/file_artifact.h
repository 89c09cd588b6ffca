#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/sigstore/artifact.h"
#include "io/system/file.h"

namespace tomme {

/// A file on disk, read once for each digest that is asked for, never all in memory; or a pipe, which is read
/// once for all digests and has no content to ask for.
class FileArtifact final : public Artifact {
 public:
  /// "-" is standard input.
  static Result<FileArtifact> open(const std::string& path);
  Result<Digest> digest(HashAlgorithm algorithm) override;
  Result<BytesView> content() override;

 private:
  FileArtifact(Descriptor file, std::string name, bool is_stream)
      : file_(std::move(file)), name_(std::move(name)), is_stream_(is_stream) {}
  Result<void> read_stream();

  Descriptor file_;
  std::string name_;
  bool is_stream_;
  std::array<std::optional<Digest>, 3> known_;
  std::optional<MappedFile> mapped_;
};

}  // namespace tomme
