#include "app/guard/listing.h"

#include <algorithm>

#include "app/guard/errors.h"
#include "core/encoding/text.h"
#include "core/policy/allowance.h"

namespace tomme::guard {

namespace {

/// False where there is no room for another one.
template <class T>
bool add_once(std::vector<T>& list, const T& value) {
  if (std::ranges::find(list, value) != list.end()) return true;
  if (list.size() == Listing::kMaxClaims) return false;
  list.push_back(value);
  return true;
}

std::unexpected<Error> too_much(std::string_view what) {
  return fail(kGuardElsewhere, "pages list it with more than " + std::to_string(Listing::kMaxClaims) + " different " +
                                   std::string(what),
              "ask the index's operator");
}

Error elsewhere(const Origin& origin) {
  if (!origin.is_secure()) {
    return {kGuardElsewhere, "it comes over plain http, where it can be exchanged on the way",
            "have the index list it with https"};
  }
  const std::string host = printable(origin.host_and_port());
  return {kGuardElsewhere, "files on " + host + " are not judged; if the place is right, --file-host " + host +
                               " has them judged"};
}

Result<void> merge(ListedFile& into, const PageFile& file) {
  const IndexFile& listed = file.listed();
  if (listed.sha256 && !add_once(into.digests, *listed.sha256)) return too_much("digests");
  if (listed.core_metadata_sha256 && !add_once(into.metadata_digests, *listed.core_metadata_sha256)) {
    return too_much("digests of its metadata");
  }
  into.provenance_unusable |= file.provenance_unusable();
  if (file.provenance() && !add_once(into.provenance, *file.provenance())) return too_much("attestations");
  return {};
}

}  // namespace

Result<void> Listing::add(const PageFile& file, const std::optional<Url>& index,
                          const std::function<bool(const Url&)>& is_judged) {
  if (!is_judged(file.upstream())) return std::unexpected(elsewhere(file.upstream().origin()));
  const std::lock_guard lock(mutex_);
  if (files_.size() == kMaxFiles) {
    return fail(kGuardElsewhere, "the pages of this run list more than " + std::to_string(kMaxFiles) + " files",
                "install in several runs");
  }
  auto [at, is_new] = files_.try_emplace(file.key(), file.name(), file.upstream());
  if (index && !add_once(at->second.indexes, canonical_index(*index))) return too_much("indexes");
  return merge(at->second, file);
}

std::optional<ListedFile> Listing::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto at = files_.find(key);
  if (at == files_.end()) return std::nullopt;
  return at->second;
}

}  // namespace tomme::guard
