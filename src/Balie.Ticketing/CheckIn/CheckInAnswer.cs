using System.Text.Json;
using System.Text.Json.Serialization;

namespace Balie.Ticketing.CheckIn;

/// <summary>What the door is told: in or not, why, and what its people want to see.</summary>
/// <param name="Result"><c>admitted</c> or <c>refused</c>.</param>
/// <param name="Reason">Why not, a stable code; of a forced admission, what would have refused it.</param>
/// <param name="Message">The reason in words.</param>
/// <param name="Quantity">How many tickets went through with this scan.</param>
/// <param name="Available">Of a group that is larger than what is left: how many are.</param>
/// <param name="Party">How many of the booking are inside, and of how many.</param>
/// <param name="Earlier">Of a ticket used before: when, and at which door.</param>
internal sealed record CheckInAnswer(
    Guid Id, string Result, string? Reason, Sentence? Message, string Direction, bool Forced, DateTimeOffset At, int Quantity,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Available = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AdmittedTicket? Ticket = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Party? Party = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EarlierEntry? Earlier = null)
{
    public const string Admitted = "admitted";
    public const string Refused = "refused";

    /// <summary>As it is kept for a repetition: without the person, who is read again and may ask to be forgotten.</summary>
    public string Keep() =>
        JsonSerializer.Serialize(Ticket is null ? this : this with { Ticket = Ticket with { HolderName = "" } }, Json.Options);

    public static CheckInAnswer Again(string kept, string holderName)
    {
        var answer = JsonSerializer.Deserialize<CheckInAnswer>(kept, Json.Options)
            ?? throw new InvalidOperationException("A kept answer is one.");
        return answer.Ticket is null ? answer : answer with { Ticket = answer.Ticket with { HolderName = holderName } };
    }
}

/// <summary>The ticket, as far as the door needs it.</summary>
internal sealed record AdmittedTicket(
    Guid Id, string Number, string HolderName, string TypeName, Guid EventId, Guid SlotId, DateTimeOffset? StartsAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Seat = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Zone = null);

internal sealed record Party(int In, int Of);

internal sealed record EarlierEntry(DateTimeOffset At, string Place);
