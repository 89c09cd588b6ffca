#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "io/store/file_store.h"

namespace tomme::guard {

/// The file that a server means that sent `came` with this Content-Encoding, though nobody asked for one.
/// Some encode a file on its way, others only say so of what is compressed anyway (`.tar.gz`) and send it as
/// it is. Where digests are listed, that one of the two counts that has one of them; else that which begins
/// as a file of this name has to, decoded first. Decoded once, to at most `limit` bytes. kGuardEncoding where
/// it is neither; what is listed and fits in neither form is returned as it came, for the digest to be told.
Result<std::shared_ptr<const StoredFile>> undo_encoding(const FileStore& store,
                                                        std::shared_ptr<const StoredFile> came,
                                                        std::string_view encoding, std::string_view filename,
                                                        std::span<const Sha256> digests, std::uint64_t limit);

}  // namespace tomme::guard
