namespace Balie.Kernel;

/// <summary>What an operator reads about a failure that was recorded: kind and message, short, and text that PostgreSQL can hold.</summary>
internal static class Reasons
{
    private const int Longest = 2_000;

    public static string Of(Exception failure)
    {
        var kind = failure.GetType().Name;
        var reason = Json.Clean($"{kind}: {failure.Message}") ?? kind;
        if (reason.Length <= Longest) return reason;
        return char.IsHighSurrogate(reason[Longest - 1]) ? reason[..(Longest - 1)] : reason[..Longest];
    }
}
