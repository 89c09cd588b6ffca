// A statement that was read is about something; one that PEP 740 allows is about one file of our name.
#include <cstdlib>

#include "core/attestation/provenance.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  static const DistFilename filename = *DistFilename::parse("a-1.0-py3-none-any.whl");
  const Result<Statement> statement = Statement::parse({data, size});
  if (!statement) return 0;
  require(!statement->subjects.empty() && statement->subjects.size() <= Statement::Limits().subjects);
  require(!statement->predicate_type.empty());
  require(statement->predicate.is_null() || statement->predicate.object() != nullptr);
  if (check_attested_statement(*statement, filename.as_written())) {
    require(statement->subjects.size() == 1 && !statement->subjects.front().digests.empty());
    require(*DistFilename::parse(statement->subjects.front().name) == filename);
  }
  return 0;
}
