#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/certificate.h"
#include "core/encoding/der.h"

namespace tomme {

/// What the extensions of one certificate say. Views borrow from the list given to read_extensions.
struct ExtensionFacts {
  std::vector<ExtensionView> all;
  bool is_ca = false;
  std::optional<unsigned> path_length;
  std::optional<std::uint16_t> key_usage;  ///< bit n of the named bit list is 1 << n
  std::vector<std::string> extended_key_usages;
  bool extended_key_usage_critical = false;
  std::vector<SubjectName> subject_names;
  bool subject_names_critical = false;
  bool has_name_constraints = false;
  BytesView subject_key_id;
  BytesView authority_key_id;
  std::string unknown_critical;
};

/// Of `list`, the contents of an Extensions SEQUENCE.
Result<ExtensionFacts> read_extensions(BytesView list, std::size_t max_extensions);

}  // namespace tomme
