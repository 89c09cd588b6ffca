#include "app/installers/findings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "app/installers/errors.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/page_file.h"
#include "core/packaging/public_index.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {
namespace {

constexpr std::string_view kSpace = " \t\v\f\r\n";

/// Who is refused a folder mostly takes it for his own.
constexpr std::string_view kWhatIsOwn =
    "take it from an index; a folder is your own where it is in the git checkout, or below the project, "
    "that "
    "you work in, its pyproject.toml has a [project] name, and no signer is expected of it";

/// An address that a setting names, without the login that clients send by themselves.
Result<Url> parse_outside_url(std::string_view url, const std::string& where) {
  const Result<Url> parsed = Url::parse(url);
  if (!parsed)
    return fail(kGuardSetting, where + ": " + parsed.error().message(), std::string(parsed.error().hint()));
  return parsed->address();
}

bool is_vcs(std::string_view text) {
  for (std::string_view kind : {"git", "hg", "svn", "bzr"}) {
    if (text.starts_with(kind) && text.substr(kind.size()).starts_with('+')) return true;
  }
  return text.starts_with("git://") || text.starts_with("ssh://") || text.starts_with("git@");
}

/// The part behind `@` of "name[extra] @ URL"; the whole text where there is none.
std::string_view target_of(std::string_view text) {
  std::size_t at = text.find('@');
  if (at == std::string_view::npos) return text;
  std::string_view head = trim(text.substr(0, at));
  head = trim(head.substr(0, head.find('[')));
  constexpr std::string_view kNameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (head.empty() || head.find_first_not_of(kNameBytes) != std::string_view::npos) return text;
  std::string_view rest = trim(text.substr(at + 1));
  // git@host:path is no name and URL.
  return head == "git" && !rest.contains("://") ? text : rest;
}

/// The project that a requirement names: before its `@`, in its archive's name or behind `#egg=`; empty where
/// nothing says.
std::string project_of(std::string_view text, std::string_view target) {
  if (target.size() != text.size()) return std::string(trim(text.substr(0, text.find_first_of("[@"))));
  if (std::size_t egg = target.find("egg="); egg != std::string_view::npos) {
    return std::string(target.substr(egg + 4, target.find_first_of("&[ ;", egg) - egg - 4));
  }
  std::string_view path = target.substr(0, target.find_first_of("?#; \t"));
  const Result<DistFilename> file = DistFilename::parse(path.substr(path.rfind('/') + 1));
  return file ? file->project().normalized() : "";
}

}  // namespace

std::string_view trim(std::string_view text) {
  std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (text = trim(text); !text.empty(); text = trim(text)) {
    std::size_t end = std::min(text.find_first_of(kSpace), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool is_http(std::string_view url) {
  std::string scheme = ascii::to_lower(url.substr(0, 8));
  return scheme.starts_with("http://") || scheme.starts_with("https://");
}

std::string path_of_file_url(std::string_view text) {
  if (ascii::to_lower(text.substr(0, 5)) != "file:") return std::string(text);
  text.remove_prefix(5);
  if (text.starts_with("//")) text.remove_prefix(std::min(text.find('/', 2), text.size()));
  text = text.substr(0, text.find_first_of("?#"));
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* digits = text.data() + i + 1;
    const bool escaped = text[i] == '%' && i + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    path += escaped ? static_cast<char>(value) : text[i];
    if (escaped) i += 2;
  }
  return path;
}

std::unexpected<Error> refused_flag(std::string_view program, std::string_view flag, std::string_view why,
                                    std::string_view hint) {
  std::string text = std::string(program) + " " + std::string(flag) + ": " + std::string(why);
  return hint.empty() ? fail(kGuardFlag, std::move(text))
                      : fail(kGuardFlag, std::move(text), std::string(hint));
}

Findings::About::About(Findings& findings, std::string_view project)
    : findings_(findings), before_(findings.about_) {
  if (Result<ProjectName> name = ProjectName::parse(project)) findings_.about_ = *std::move(name);
}

bool Findings::is_required() const {
  if (proof_ == ProofNeed::required) return true;
  return about_ ? expected_.contains(*about_) : !expected_.empty();
}

bool Findings::is_judged_as_named(std::string_view url) const {
  if (!about_ || !expected_.contains(*about_)) return true;
  const std::string_view path = trim(url).substr(0, trim(url).find_first_of("?#;"));
  return may_be_of(*about_, percent_decode(path.substr(path.rfind('/') + 1)));
}

Result<Url> Findings::index_or_file(std::string_view url, const std::string& where) const {
  Url parsed = TRY(parse_outside_url(url, where));
  if (is_secure_origin(parsed)) return parsed;
  return fail(kGuardSetting,
              where + ": what comes from " + printable(parsed.origin().host_and_port()) +
                  " over plain http can be exchanged on the way, its list of attestations as well",
              "name it with https");
}

Result<void> Findings::index(std::string_view url, const std::string& where, std::string name) {
  taken(url);
  url = trim(url);
  if (url.empty()) return {};
  if (!is_http(url))
    return unproven("an index that is not on the network (" + shown_address(url) + ")", where);
  Url parsed = TRY(index_or_file(url, where));
  origins_.insert(parsed.origin());
  if (const PublicIndex* known = public_index(parsed.host())) {
    origins_.insert({Scheme::https, {std::string(known->file_host), 443}});
  }
  indexes_.push_back({std::move(parsed), where, std::move(name), split_login(url).login});
  return {};
}

void Findings::login(std::string name, std::string_view user, std::string_view password) {
  logins_.push_back({std::move(name), make_login(std::string(user), std::string(password))});
}

Result<void> Findings::locked_file(std::string_view url, const std::string& where, std::string_view index) {
  taken(url);
  if (!is_http(trim(url)))
    return unproven("a file that is not on the network (" + shown_address(url) + ")", where);
  Url parsed = TRY(index_or_file(url, where));
  if (!is_judged_as_named(url)) return unproven("a file with another project's name", where);
  origins_.insert(parsed.origin());
  if (Result<Url> from = parse_outside_url(index, where)) {
    locked_files_.emplace(address_key(parsed), *std::move(from));
  }
  return {};
}

Result<void> Findings::file_host(std::string_view authority, const std::string& where) {
  if (authority.contains('@')) {
    return fail(kGuardSetting, where + ": a host is given with a user name or password",
                "name the host alone: HOST or HOST:PORT");
  }
  Result<Authority> parsed = Authority::parse(authority, 443);
  if (!parsed)
    return fail(kGuardSetting, where + ": " + parsed.error().message(), std::string(parsed.error().hint()));
  origins_.insert({Scheme::https, *std::move(parsed)});
  return {};
}

void Findings::service(std::string_view url) {
  taken(url);
  const Result<Url> parsed = Url::parse(url);
  if (parsed && parsed->scheme() == Scheme::https) services_.insert(parsed->origin());
}

void Findings::service_of_a_project(std::string_view url, const std::string& where) {
  taken(url);
  const Result<Url> parsed = Url::parse(url);
  const std::string host = parsed ? printable(parsed->origin().host_and_port()) : shown_address(url);
  note(where + ": " + host + " is not let through because a project's settings name it; if it is to be, " +
       "with --allow-host HOST");
}

void Findings::watch(std::string_view text, std::string where) {
  watched_.push_back({std::string(text), std::move(where)});
}

Result<void> Findings::reached_directly(std::string_view host, const std::string& where) {
  constexpr std::array<std::string_view, 3> kThisMachine{"localhost", "127.0.0.1", "::1"};
  if (std::ranges::find(kThisMachine, host) == kThisMachine.end())
    return fail(kGuardSetting, where + ": the installer would go around tomme to " + printable(host));
  if (reached_directly_.empty()) reached_directly_ = where;
  return {};
}

Result<void> Findings::untaken() {
  const auto is_here = [](const Origin& origin) { return origin.authority.is_loopback(); };
  if (!reached_directly_.empty() && std::ranges::any_of(origins_, is_here))
    return fail(kGuardSetting,
                reached_directly_ + ": the installer would go around tomme to this machine's index");
  for (const std::string& text : read_twice_) {
    TRY(unproven("something that installers read in two ways", shown_address(text),
                 "write the path out, without `~`, `..` and variables that tomme or a script sets"));
  }
  for (const Watched& each : watched_) {
    if (taken_.contains(each.text)) continue;
    TRY(unproven(
        "a setting that tomme does not know how to read (" + shown_address(each.text) + ")", each.where,
        "tomme cannot tell what it brings in: leave it out, and in a lock the project that it is of"));
  }
  return {};
}

std::string_view without_version(std::string_view requirement) {
  constexpr std::string_view kVersionBytes =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+!*-_,<>=^~";
  constexpr std::string_view kFirstBytes = "0123456789<>=^~*";
  const std::size_t at = requirement.find('@');
  if (at == std::string_view::npos || requirement.substr(0, at).contains(' ')) return requirement;
  const std::string_view version = requirement.substr(at + 1);
  const bool is_version =
      version == "latest" ||
      (!version.empty() && kFirstBytes.contains(version[0]) &&
       version.find_first_not_of(kVersionBytes) == std::string_view::npos && !has_archive_name(version));
  return is_version ? requirement.substr(0, at) : requirement;
}

std::optional<std::string> local_path_of(std::string_view requirement) {
  const std::string_view text = trim(requirement);
  const std::string_view target = target_of(text);
  if (is_vcs(target) || is_http(target)) return std::nullopt;
  const std::string_view path = trim(target.substr(0, target.find(';')));
  if (path.empty()) return std::nullopt;
  const std::string_view without_extras = trim(path.substr(0, path.find('[')));
  const bool is_named = target.size() < text.size();
  const bool is_path = is_named || path.contains("://") || path.starts_with("file:") ||
                       path.starts_with('.') || path.starts_with('~') || path.contains('/') ||
                       has_archive_name(without_extras);
  return is_path ? std::optional(std::string(path)) : std::nullopt;
}

Result<void> Findings::requirement(std::string_view text, const std::string& where) {
  taken(text);
  text = trim(text);
  std::string_view target = target_of(text);
  const About about(*this, project_of(text, target));
  if (is_vcs(target)) return checkout(target, where);
  if (is_http(target)) return direct_url(target, where);
  if (auto path = local_path_of(text)) return local_path(*path, where);
  return {};
}

Result<void> Findings::unproven(std::string_view what, const std::string& where, std::string_view hint) {
  std::string text = where + ": " + std::string(what) + " cannot be judged";
  if (is_required()) {
    return hint.empty() ? fail(kGuardUnproven, std::move(text))
                        : fail(kGuardUnproven, std::move(text), std::string(hint));
  }
  note("not judged: " + where + ": " + std::string(what));
  return {};
}

Result<void> Findings::checkout(std::string_view url, const std::string& where) {
  taken(url);
  return unproven("a checkout (" + shown_address(url) + ")", where);
}

Result<void> Findings::local_path(std::string_view path, const std::string& where) {
  taken(path);
  return unproven("a local path (" + shown_address(path) + ")", where, kWhatIsOwn);
}

Result<void> Findings::source_tree(std::string_view place, const std::string& where) {
  taken(place);
  return unproven("a source tree (" + shown_address(place) + ")", where, kWhatIsOwn);
}

Result<void> Findings::find_links(std::string_view place, const std::string& where) {
  taken(place);
  return unproven("files from " + shown_address(place), where);
}

Result<void> Findings::own_sources(std::string_view tree, const std::string& where) {
  taken(tree);
  if (about_ && expected_.contains(*about_)) return source_tree(tree, where);
  worked_on(tree, where);
  return {};
}

void Findings::worked_on(std::string_view tree, const std::string& where) {
  taken(tree);
  note("not judged: " + where + ": the project's own sources");
}

Result<void> Findings::no_index(const std::string& where) {
  return unproven("an installation without an index", where);
}

void Findings::client_certificate(const std::string& where) {
  note(where + ": the client certificate is not passed on to the index");
}

Result<void> Findings::unchecked_tls(std::string_view host, const std::string& where) {
  taken(host);
  const std::string what = "unchecked TLS" + (host.empty() ? "" : " with " + shown_address(host));
  if (proof_ == ProofNeed::required) return unproven(what, where);
  note("not judged: " + where + ": " + what);
  return {};
}

Result<void> Findings::direct_url(std::string_view url, const std::string& where) {
  taken(url);
  std::string what = "a direct URL (" + shown_address(url) + ")";
  if (proof_ == ProofNeed::required) return unproven(what, where);
  const std::string_view address = url.substr(0, url.find_first_of(kSpace));
  if (!is_judged_as_named(address)) return unproven(what + " with another project's name", where);
  Url parsed = TRY(parse_outside_url(address, where));
  direct_.push_back({parsed.origin().to_string(), where + ": " + what, is_required()});
  return {};
}

void Findings::note(std::string text) {
  if (noted_.insert(text).second) notes_.push_back(std::move(text));
}

Result<std::vector<std::string>> Findings::notes() const {
  std::vector<std::string> all = notes_;
  std::set<std::string> judged;
  for (const Origin& origin : origins_) judged.insert(origin.to_string());
  for (const Direct& direct : direct_) {
    if (judged.contains(direct.host)) continue;
    if (direct.required) return fail(kGuardUnproven, direct.text + " cannot be judged");
    all.push_back("not judged: " + direct.text);
  }
  return all;
}

}  // namespace tomme::guard
