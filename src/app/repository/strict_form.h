#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/encoding/json.h"

/// Metadata is read more leniently here than by some other clients. What all of them read is all that gets
/// published: a root that one client cannot read ends the chain of roots for it, for good.
namespace tomme::repository {

/// Of the `signed` part of a root or a targets role, in canonical JSON: a clause for each thing that one of
/// python-tuf, go-tuf and tuf-js refuses, or takes for something else, with the member and the client.
/// Without what changes from one version to the next, so that those of two versions can be compared. At most
/// so many.
inline constexpr std::size_t kMostUnread = 100;
std::vector<std::string> unread_elsewhere(std::string_view canonical, std::size_t most = kMostUnread);

/// What keeps some client from finding or asking for a target of this path, as a clause with the client:
/// segments that are empty or begin with a dot, control characters, and names that every object of
/// JavaScript has.
std::optional<std::string> unfindable_path(std::string_view path);

/// Whether every object of JavaScript has a member of this name, so that tuf-js takes it for one of a table.
bool is_in_every_object(std::string_view name);

/// The same of any JSON value that metadata holds: whole numbers beyond 2^53, and members that tuf-js brings
/// into another order than the rest. Nothing where all read it alike.
std::optional<std::string> unread_value(const json::Value& value);

/// Whether tuf-js sorts two names otherwise than by their bytes.
bool sorts_otherwise(std::string_view a, std::string_view b);

/// The largest whole number that tuf-js reads without loss.
inline constexpr std::uint64_t kMostWhole = std::uint64_t{1} << 53;

/// kRepositoryClients where the file has something of unread_elsewhere() that the published file of the same
/// role, which is empty where there is none, does not have already.
Result<void> expect_read_by_all(std::string_view canonical, std::string_view published);

}  // namespace tomme::repository
