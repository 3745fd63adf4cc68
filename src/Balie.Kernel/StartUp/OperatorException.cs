namespace Balie.Kernel;

/// <summary>Only the operator can put this right. The message is one sentence for a person: what is wrong, and what to do next.</summary>
public class OperatorException(string message, Exception? cause = null) : Exception(message, cause);
