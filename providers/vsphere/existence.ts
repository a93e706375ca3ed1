// Options of the provider's resources that only make and delete an object.

/**
 * The provider makes the object and deletes it; every setting is ours to change. So it never updates: it would send what is in
 * its state, which our own changes have made old, and it cannot send false or VLAN 0 in every release.
 */
export const EXISTENCE_ONLY = { ignoreChanges: ["*"] };
