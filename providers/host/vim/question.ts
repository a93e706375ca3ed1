// Which methods change nothing that lasts: those may be asked again when no answer came. Pure.

const QUESTION =
  /^(Retrieve|ContinueRetrieve|CancelRetrieve|Fetch|Query|Lookup|DVSManagerLookup|Find|Get|Has|List|CheckForUpdates|WaitForUpdates|CancelWaitForUpdates)/;
/** They change only the session itself, which ends by itself. */
const OF_THE_SESSION = [
  "Login",
  "Logout",
  "CreateFilter",
  "CreatePropertyCollector",
  "DestroyPropertyCollector",
  "DestroyPropertyFilter",
  "CreateContainerView",
  "DestroyView",
];

/** They give an address that a file is sent to or got from; nothing is done until it is. */
const OF_FILES = ["InitiateFileTransferToGuest", "InitiateFileTransferFromGuest"];

/** Whether asking twice does no more than asking once. A task never counts as a question. */
export function isQuestion(method: string): boolean {
  return (
    !method.endsWith("_Task") && (QUESTION.test(method) || OF_THE_SESSION.includes(method) || OF_FILES.includes(method))
  );
}
