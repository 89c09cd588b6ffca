#include "app/relay/look_up.h"

#include <algorithm>
#include <iterator>

#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/public_index.h"
#include "io/remote/errors.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {

namespace {

constexpr std::size_t kMostLearned = 64;

constexpr char kHowToLogIn[] =
    "give its password where the installer reads it: in the index's address, in UV_INDEX_NAME_USERNAME and "
    "_PASSWORD, in POETRY_HTTP_BASIC_NAME_USERNAME and _PASSWORD, in ~/.netrc, or in the keyring, with the "
    "user's name in the address and UV_KEYRING_PROVIDER=subprocess";

}  // namespace

IndexLookUp::IndexLookUp(net::HttpClient& client, Listing& listing, std::function<bool(const Url&)> is_judged,
                         LookUpOptions options)
    : client_(client), listing_(listing), is_judged_(std::move(is_judged)), options_(std::move(options)) {}

/// It is looked up on the project's page; listed there under this very URL, its digest and proof count.
Result<std::optional<ListedFile>> IndexLookUp::find(const Url& url, const std::string& filename,
                                                    std::stop_token stop) {
  const std::string key = address_key(url);
  if (auto listed = listing_.find(key)) return listed;
  const Result<DistFilename> distribution = DistFilename::parse(filename);
  if (!distribution) return std::nullopt;
  std::optional<Error> untold;
  for (const Url& index : indexes_for(url, key)) {
    const Result<std::optional<ListedFile>> listed = find_on(index, distribution->project(), key, stop);
    if (!listed && listed.error().outcome() == Outcome::refused) return listed;
    // What did not answer at all may yet; it is told before what only wants a password.
    if (!listed && (!untold || untold->is(kIndexDenied))) untold = listed.error();
    if (listed && *listed) {
      const std::lock_guard lock(mutex_);
      untold_.erase(key);  // of an earlier try, without a login
      return listed;
    }
  }
  // An index that could not be asked might have known the proof.
  if (!untold) return std::nullopt;
  if (!untold->is(kIndexDenied) || is_proof_asked(filename)) return std::unexpected(*untold);
  const std::lock_guard lock(mutex_);
  untold_[key] = "whether " + printable(filename) +
                 " has an attestation could not be told: " + untold->message() + "; " +
                 std::string(untold->hint());
  return std::nullopt;
}

bool IndexLookUp::is_proof_asked(const std::string& filename) const {
  if (options_.proof_required) return true;
  return std::ranges::any_of(options_.expected,
                             [&](const ProjectName& project) { return may_be_of(project, filename); });
}

std::vector<Url> IndexLookUp::indexes_for(const Url& file, const std::string& key) const {
  if (const auto locked = options_.locked_files.find(key); locked != options_.locked_files.end()) {
    return {locked->second};
  }
  std::vector<Url> at_home;
  std::vector<Url> by_companion;
  std::vector<Url> others;
  for (const Url& index : options_.indexes) {
    if (!is_judged_(index)) continue;
    const PublicIndex* known = public_index(index.host());
    if (index.origin() == file.origin()) {
      at_home.push_back(index);
    } else if (known != nullptr && known->file_host == file.host()) {
      by_companion.push_back(index);
    } else if (known == nullptr) {
      others.push_back(index);
    }
  }
  if (!at_home.empty()) return at_home;
  // A public file's name may be told to anybody: a mirror may list it too, where PyPI cannot be reached.
  std::ranges::move(others, std::back_inserter(by_companion));
  return by_companion;
}

Result<std::optional<ListedFile>> IndexLookUp::find_on(const Url& index, const ProjectName& project,
                                                       const std::string& key, std::stop_token stop) {
  const std::string authorization = authorization_for(index);
  const std::array<std::string, 3> question{index.to_string(), project.normalized(), authorization};
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = answers_.find(question); known != answers_.end()) {
      if (known->second) return std::unexpected(*known->second);
      return listing_.find(key);
    }
  }
  const auto keep = [&](std::optional<Error> answer) {
    const std::lock_guard lock(mutex_);
    answers_.emplace(question, std::move(answer));
  };
  const auto deny = [&](std::string why) {
    Error error(kIndexDenied, std::move(why), kHowToLogIn);
    keep(error);
    return std::unexpected(std::move(error));
  };
  const auto stays = [&](const Url& url) { return url.origin() == index.origin(); };
  const std::string name = index.shown();
  Result<FetchedPage> page =
      fetch_project_page(client_, index, project, authorization, stays, std::move(stop));
  if (page) {
    UrlResolver resolver(page->url);
    for (IndexFile& listed : page->page.files) {
      const Result<PageFile> file = PageFile::make(listed, page->page.base, resolver, project);
      // What cannot be listed is no other file's concern.
      if (file) [[maybe_unused]]
        const Result<void> added = listing_.add(*file, index, is_judged_);
    }
    keep(std::nullopt);
    return listing_.find(key);
  }
  const Error& why = page.error();
  const bool is_stranger = authorization.empty() && public_index(index.host()) == nullptr;
  if (why.is(kIndexNoProject) && !is_stranger) {
    keep(std::nullopt);
    return std::nullopt;
  }
  if (why.is(kIndexNoProject)) {
    return deny("the index " + name + " does not show " + project.normalized() +
                " to a request without a password, and may well have it");
  }
  if (why.is(kRedirect)) {
    return deny("the index " + name + " sends who asks for " + project.normalized() +
                " on to another server, which is not asked for it" +
                (is_stranger ? "; it may do so only without a password" : ""));
  }
  if (why.is(kIndexDenied)) return deny(why.message());
  return std::unexpected(why);
}

void IndexLookUp::learn_authorization(const net::Request& request) {
  const auto value = request.headers.find("Authorization");
  if (!value) return;
  const Url& url = request.url;
  const std::string_view path = url.path();
  const std::lock_guard lock(mutex_);
  for (Learned& known : learned_) {
    if (known.origin != url.origin() || known.value != *value) continue;
    known.folder.resize(common_folders(known.folder, path));
    return;
  }
  if (learned_.size() == kMostLearned) learned_.erase(learned_.begin());
  learned_.push_back({url.origin(), std::string(path.substr(0, path.rfind('/') + 1)), std::string(*value)});
}

/// What the installer sends, unless settings name an index that is nearer to the address.
std::string IndexLookUp::authorization_for(const Url& url) const {
  {
    const std::lock_guard lock(mutex_);
    const Learned* nearest = nullptr;
    std::size_t most = options_.credentials.nearness(url);
    for (const Learned& known : learned_) {
      if (known.origin != url.origin()) continue;
      const std::size_t common = common_folders(known.folder, url.path());
      if (common < most) continue;
      nearest = &known;
      most = common;
    }
    if (nearest != nullptr) return nearest->value;
  }
  return options_.credentials.authorization_for(url);
}

std::vector<std::string> IndexLookUp::notes() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> notes;
  for (const auto& [key, why] : untold_) notes.push_back(why);
  return notes;
}

}  // namespace tomme::guard
