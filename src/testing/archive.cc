#include <array>
#include <cstdio>

#include "testing/package.h"

namespace tomme::testing {

namespace {

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

/// Little endian.
void put(std::string& out, std::size_t bytes, std::uint64_t value) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

/// What the local header and the directory's record share: APPNOTE 4.3.7 and 4.3.12, from "version needed" to
/// "extra field length".
void put_common_header(std::string& out, const ArchiveFile& file) {
  put(out, 2, 20);      // version needed
  put(out, 2, 0x0800);  // names are UTF-8
  put(out, 2, 0);       // stored
  put(out, 2, 0);       // 00:00
  put(out, 2, 0x0021);  // 1980-01-01
  put(out, 4, crc32(file.content));
  put(out, 4, file.content.size());
  put(out, 4, file.content.size());
  put(out, 2, file.name.size());
  put(out, 2, 0);
}

std::string tar_header(const ArchiveFile& file) {
  std::string header(512, '\0');
  const auto field = [&](std::size_t at, std::string_view text) { header.replace(at, text.size(), text); };
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%011zo", file.content.size());
  field(0, file.name);
  field(100, "0000644");
  field(108, "0000000");
  field(116, "0000000");
  field(124, size.data());
  field(136, "00000000000");
  field(148, "        ");
  field(156, "0");
  field(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(size.data(), size.size(), "%06o", sum);
  field(148, std::string_view(size.data(), 7));
  return header;
}

// RFC 1952 around RFC 1951 blocks of type 0.
std::string gzip_stored(std::string_view bytes) {
  constexpr std::size_t kBlock = 65535;
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
    const std::string_view block = bytes.substr(at, kBlock);
    out += static_cast<char>(at + kBlock >= bytes.size() ? 1 : 0);
    put(out, 2, block.size());
    put(out, 2, ~block.size());
    out += block;
  }
  put(out, 4, crc32(bytes));
  put(out, 4, bytes.size());
  return out;
}

}  // namespace

Bytes make_zip(const std::vector<ArchiveFile>& files) {
  std::string out;
  std::string directory;
  for (const ArchiveFile& file : files) {
    directory += "PK\x01\x02";
    put(directory, 2, 0x0314);  // made by: Unix, 2.0
    put_common_header(directory, file);
    put(directory, 2, 0);                 // comment
    put(directory, 2, 0);                 // disk
    put(directory, 2, 0);                 // internal attributes
    put(directory, 4, 0100644ULL << 16);  // external attributes: a file, rw-r--r--
    put(directory, 4, out.size());        // where the local header is
    directory += file.name;
    out += "PK\x03\x04";
    put_common_header(out, file);
    out += file.name + file.content;
  }
  const std::size_t at = out.size();
  out += directory + "PK\x05\x06";
  put(out, 4, 0);
  put(out, 2, files.size());
  put(out, 2, files.size());
  put(out, 4, directory.size());
  put(out, 4, at);
  put(out, 2, 0);
  return to_bytes(bytes_of(out));
}

Bytes make_tar_gz(const std::vector<ArchiveFile>& files) {
  std::string tar;
  for (const ArchiveFile& file : files) {
    tar += tar_header(file) + file.content;
    tar.append((512 - file.content.size() % 512) % 512, '\0');
  }
  tar.append(1024, '\0');
  return to_bytes(bytes_of(gzip_stored(tar)));
}

}  // namespace tomme::testing
