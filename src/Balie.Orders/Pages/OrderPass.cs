namespace Balie.Orders.Pages;

/// <summary>
/// Opens the page of one order without its e-mail address, for whoever has paid it just now. It ends by itself, and stands in the form of a
/// page only, so no history, log or Referer has it.
/// </summary>
internal sealed class OrderPass(Seal seal, TimeProvider clock)
{
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(15);

    public string To(Guid orgId, Guid orderId) => seal.SignUntil(clock.GetUtcNow() + Duration, Words(orgId, orderId));

    public bool Opens(string pass, Guid orgId, Guid orderId) => seal.IsSignedStill(clock.GetUtcNow(), Words(orgId, orderId), pass);

    private static string Words(Guid orgId, Guid orderId) => $"orders.pass:{orgId}:{orderId}";
}
