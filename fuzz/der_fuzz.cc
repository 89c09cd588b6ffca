#include <algorithm>
#include <cstdlib>

#include "core/encoding/der.h"

namespace {

using namespace tomme;

/// Every typed reading at this place: it moves over one whole element or not at all.
template <class Read>
void try_reading(BytesView input, Read read) {
  der::Reader reader(input);
  const bool read_it = read(reader).has_value();
  if (reader.rest().size() != input.size() && !read_it) std::abort();
  if (reader.rest().size() == input.size() && read_it) std::abort();
}

void try_all(BytesView input) {
  try_reading(input, [](der::Reader& r) { return r.boolean(); });
  try_reading(input, [](der::Reader& r) { return r.unsigned_integer(); });
  try_reading(input, [](der::Reader& r) { return r.octet_string(); });
  try_reading(input, [](der::Reader& r) { return r.bit_string(); });
  try_reading(input, [](der::Reader& r) { return r.sequence(); });
  try_reading(input, [](der::Reader& r) { return r.set(); });
  try_reading(input, [](der::Reader& r) { return r.time(); });
  try_reading(input, [](der::Reader& r) { return r.generalized_time(); });
}

/// There is one encoding of each value: what was read is written the same.
void expect_same(BytesView whole, const Bytes& written) {
  if (!equal(whole, written)) std::abort();
}

void walk(BytesView input, int depth) {
  der::Reader reader(input);
  while (!reader.at_end()) {
    try_all(reader.rest());
    der::Reader copy = reader;
    const auto element = reader.any();
    if (!element) return;
    expect_same(element->whole, der::encode(element->tag, element->body));
    if (element->tag == der::kInteger) {
      if (const auto value = copy.small_integer()) expect_same(element->whole, der::encode_integer(*value));
    }
    if (element->tag == der::kOid) {
      if (const auto contents = copy.oid()) {
        const std::string dotted = der::oid_to_text(*contents);
        if (!dotted.contains('?')) expect_same(element->whole, der::encode_oid(dotted));
      }
    }
    if (depth < 32) walk(element->body, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  walk({data, std::min<std::size_t>(size, 4096)}, 0);
  return 0;
}
