#include "app/relay/listing.h"

#include <algorithm>
#include <cstring>

#include "app/relay/errors.h"
#include "core/encoding/text.h"
#include "core/policy/allowance.h"

namespace tomme::guard {

namespace {

/// False where there is no room for another one; `others` are kept elsewhere.
template <class T>
bool add_once(std::vector<T>& list, const T& value, std::size_t others = 0) {
  if (std::ranges::find(list, value) != list.end()) return true;
  if (list.size() + others == Listing::kMaxClaims) return false;
  list.push_back(value);
  return true;
}

std::unexpected<Error> too_much(std::string_view what) {
  return fail(kGuardElsewhere,
              "pages list it with more than " + std::to_string(Listing::kMaxClaims) + " different " +
                  std::string(what),
              "ask the index's operator");
}

Error elsewhere(const Origin& origin) {
  if (!origin.is_secure()) {
    return {kGuardElsewhere, "it comes over plain http, where it can be exchanged on the way",
            "have the index list it with https"};
  }
  const std::string host = printable(origin.host_and_port());
  return {kGuardElsewhere, "files on " + host + " are not judged; if the place is right, --file-host " +
                               host + " has them judged"};
}

}  // namespace

std::size_t Listing::FirstBytes::operator()(const Sha256& key) const {
  std::size_t first = 0;
  std::memcpy(&first, key.bytes.data(), sizeof first);
  return first;
}

Listing::More& Listing::Entry::have_more() {
  if (!more) more = std::make_unique<More>();
  return *more;
}

std::uint32_t Listing::number_of(const std::optional<Url>& index) {
  if (!index || index == last_index_) return index ? last_number_ : 0;
  std::string name = canonical_index(*index);
  const auto at = std::ranges::find(indexes_, name);
  last_number_ = static_cast<std::uint32_t>(at - indexes_.begin()) + 1;
  if (at == indexes_.end()) indexes_.push_back(std::move(name));
  last_index_ = index;
  return last_number_;
}

Result<void> Listing::merge(Entry& into, const PageFile& file, std::uint32_t index) {
  const IndexFile& listed = file.listed();
  if (into.index == 0) into.index = index;
  if (index != into.index && !add_once(into.have_more().indexes, index, 1)) return too_much("indexes");
  if (!into.digest) into.digest = listed.sha256;
  if (listed.sha256 && *listed.sha256 != *into.digest &&
      !add_once(into.have_more().digests, *listed.sha256, 1)) {
    return too_much("digests");
  }
  if (listed.core_metadata_sha256 &&
      !add_once(into.have_more().metadata_digests, *listed.core_metadata_sha256)) {
    return too_much("digests of its metadata");
  }
  if (file.provenance_unusable()) into.have_more().provenance_unusable = true;
  if (file.provenance() && !add_once(into.have_more().provenance, file.provenance()->to_string())) {
    return too_much("attestations");
  }
  return {};
}

Result<void> Listing::expect_judged(const PageFile& file, const std::function<bool(const Url&)>& is_judged) {
  if (is_judged(file.upstream())) return {};
  return std::unexpected(elsewhere(file.upstream().origin()));
}

Result<void> Listing::add(const PageFile& file, const std::optional<Url>& index,
                          const std::function<bool(const Url&)>& is_judged) {
  TRY(expect_judged(file, is_judged));
  const Sha256 digest = sha256(bytes_of(file.key()));
  const std::lock_guard lock(mutex_);
  if (files_.size() == kMaxFiles) {
    return fail(kGuardElsewhere,
                "the pages of this run list more than " + std::to_string(kMaxFiles) + " files",
                "install in several runs");
  }
  const auto [at, is_new] = files_.try_emplace(digest);
  Entry& entry = at->second;
  if (is_new && !file.is_plain()) entry.have_more().upstream = file.upstream().to_string();
  return merge(entry, file, number_of(index));
}

void Listing::leave_out(const Url& address, const Error& why) {
  const Sha256 digest = sha256(bytes_of(address_key(address)));
  const std::lock_guard lock(mutex_);
  if (left_out_.size() < kMaxLeftOut) left_out_.try_emplace(digest, why);
}

std::optional<Error> Listing::why_left_out(const std::string& key) const {
  const Sha256 digest = sha256(bytes_of(key));
  const std::lock_guard lock(mutex_);
  const auto at = left_out_.find(digest);
  if (at == left_out_.end() || files_.contains(digest)) return std::nullopt;
  return at->second;
}

std::optional<ListedFile> Listing::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto at = files_.find(sha256(bytes_of(key)));
  if (at == files_.end()) return std::nullopt;
  static const More kNone;
  const Entry& entry = at->second;
  const More& more = entry.more ? *entry.more : kNone;
  // Both texts were an address when they were written here.
  Url upstream = *Url::parse(more.upstream.empty() ? key : more.upstream);
  std::string name = upstream.filename();
  ListedFile listed{std::move(name),          std::move(upstream),  {}, more.digests, {},
                    more.provenance_unusable, more.metadata_digests};
  if (entry.digest) listed.digests.insert(listed.digests.begin(), *entry.digest);
  if (entry.index != 0) listed.indexes.push_back(indexes_[entry.index - 1]);
  for (const std::uint32_t index : more.indexes) listed.indexes.push_back(indexes_[index - 1]);
  for (const std::string& address : more.provenance) listed.provenance.push_back(*Url::parse(address));
  return listed;
}

}  // namespace tomme::guard
