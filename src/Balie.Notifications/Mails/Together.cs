namespace Balie.Notifications.Mails;

/// <summary>
/// Asks for many what each asks for one: questions of the same moment become a single one. Several mails that are written at once so cost
/// hardly more of the database than one of them.
/// </summary>
/// <param name="ask">Leaves out what there is not.</param>
internal sealed class Together<TKey, TValue>(Func<IReadOnlyList<TKey>, Task<IReadOnlyDictionary<TKey, TValue>>> ask)
    where TKey : notnull
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(2);
    private readonly Lock _turn = new();
    private Question? _open;

    private sealed class Question
    {
        public HashSet<TKey> Keys { get; } = [];
        public required Task<IReadOnlyDictionary<TKey, TValue>> Answer { get; init; }
    }

    /// <summary>Default when there is none.</summary>
    public async Task<TValue?> Of(TKey key)
    {
        Question question;
        lock (_turn)
        {
            question = _open ??= new Question { Answer = AskSoon() };
            question.Keys.Add(key);
        }
        try { return (await question.Answer).GetValueOrDefault(key); }
        // One that cannot be answered spoils it for all: each asks for itself.
        catch (Exception) when (question.Keys.Count > 1) { return (await ask([key])).GetValueOrDefault(key); }
    }

    private async Task<IReadOnlyDictionary<TKey, TValue>> AskSoon()
    {
        await Task.Delay(Moment);
        TKey[] keys;
        lock (_turn)
        {
            keys = [.. _open!.Keys];
            _open = null;
        }
        return await ask(keys);
    }
}
