#include "core/attestation/statement.h"

#include "core/attestation/errors.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

// DigestSet: {"<algorithm>": "<lower-case hex>", …}. Algorithms we do not know are passed over; a digest
// of one we know must be one.
Result<std::vector<Digest>> parse_digest_set(const json::Value& value, const Statement::Limits& limits) {
  const json::Object* set = value.object();
  if (!set)
    return fail(kStatementInvalid,
                "a subject's digest is " + std::string(value.type_name()) + ", not an object");
  if (set->size() > limits.digests) {
    return fail(kStatementLimit, "a subject has " + std::to_string(set->size()) + " digests, more than " +
                                     std::to_string(limits.digests));
  }
  std::vector<Digest> digests;
  for (const json::Member& member : *set) {
    const auto algorithm = parse_hash_algorithm(member.name);
    if (!algorithm) continue;
    if (!member.value.text())
      return fail(kStatementInvalid, "a subject's " + member.name + " digest is not a string");
    const Bytes bytes = TRY(in("subject digest", decode_hex(*member.value.text())));
    digests.push_back(TRY(in("subject digest", Digest::make(*algorithm, bytes))));
  }
  return digests;
}

Result<StatementSubject> parse_subject(const json::Value& value, const Statement::Limits& limits) {
  json::Fields fields = TRY(json::Fields::of(value, "statement subject"));
  StatementSubject subject;
  if (auto name = TRY(fields.optional_text("name"))) subject.name = *name;
  subject.digests = TRY(parse_digest_set(*TRY(fields.required("digest")), limits));
  return subject;
}

}  // namespace

Result<Statement> Statement::parse(BytesView payload, const Limits& limits) {
  const json::Value value = TRY(in("statement", json::parse(text_of(payload))));
  json::Fields fields = TRY(json::Fields::of(value, "statement"));
  const std::string_view type = TRY(fields.text("_type"));
  if (type != "https://in-toto.io/Statement/v1" && type != "https://in-toto.io/Statement/v0.1") {
    return fail(kStatementInvalid, "the statement's type is " + printable(type));
  }
  const json::Array* subjects = TRY(fields.array("subject"));
  if (subjects->empty()) return fail(kStatementInvalid, "the statement has no subject");
  if (subjects->size() > limits.subjects) {
    return fail(kStatementLimit, "the statement has " + std::to_string(subjects->size()) +
                                     " subjects, more than " + std::to_string(limits.subjects));
  }
  Statement statement;
  statement.subjects.reserve(subjects->size());
  for (const json::Value& subject : *subjects)
    statement.subjects.push_back(TRY(parse_subject(subject, limits)));
  statement.predicate_type = TRY(fields.text("predicateType"));
  if (statement.predicate_type.empty())
    return fail(kStatementInvalid, "the statement's predicate type is empty");
  if (const json::Value* predicate = fields.find("predicate")) {
    if (!predicate->object()) return fail(kStatementInvalid, "the statement's predicate is not an object");
    statement.predicate = *predicate;
  }
  return statement;
}

}  // namespace tomme
