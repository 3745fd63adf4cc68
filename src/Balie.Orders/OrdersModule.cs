using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Contracts.Ticketing;
using Balie.Orders.Carts;
using Balie.Orders.Desk;
using Balie.Orders.Invoices;
using Balie.Orders.Pages;
using Balie.Orders.Placing;
using Balie.Orders.Refunds;
using Balie.Orders.Refunds.Runs;
using Balie.Orders.Remote;
using Balie.Orders.Saga;
using Balie.Orders.Vouchers;
using Balie.Ui;
using Microsoft.Extensions.Configuration;

namespace Balie.Orders;

/// <summary>Carts, vouchers, orders and what becomes of them. It knows no tickets and no products, only offers.</summary>
public sealed class OrdersModule : IModule
{
    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HalfAMinute = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OneHour = TimeSpan.FromHours(1);

    public string Name => "orders";

    public IReadOnlyList<string> Needs => ["identity", "inventory", "payments"];

    public IReadOnlyList<string> Headers => [CartKey.Header];

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddSingleton<OfferKinds>();
        services.AddSingleton<CartReader>();
        services.AddSingleton<IUnlockedOffers, UnlockedOffers>();
        services.AddSingleton<VoucherUses>();
        services.AddSingleton<OrderReader>();
        services.AddSingleton<Placement>();
        services.AddSingleton<OrderSaga>();
        services.AddSingleton<InvoiceSheetReader>();
        services.AddSingleton<IssueInvoice>();
        services.AddSingleton<RefundPolicyReader>();
        services.AddSingleton<SoldOrders>();
        services.AddSingleton<Refunding>();
        services.AddSingleton<RefundOfRun>();
        services.AddSingleton<OrderPass>();
        services.AddSingleton<IPayables, Payables>();
        services.AddSingleton<OrderBook>();
        services.AddSingleton<HttpOrders>();
        services.AddSingleton<IOrders, SwitchedOrders>();
        var remote = services.AddOptions<RemoteOptions>().Bind(config).ValidateOnStart();
        foreach (var (holds, otherwise) in RemoteOptions.Rules) remote.Validate(holds, otherwise);
    }

    public void Map(IEndpointRouteBuilder api)
    {
        SeeCart.Map(api);
        AddLine.Map(api);
        ChangeLine.Map(api);
        RemoveLine.Map(api);
        ExtendCart.Map(api);
        MergeCart.Map(api);
        AddVoucher.Map(api);
        RemoveVoucher.Map(api);

        CheckOut.Map(api);
        ListOrders.Map(api);
        SeeOrder.Map(api);
        SeeOrderHistory.Map(api);
        PayOrder.Map(api);
        CancelOrder.Map(api);
        ResendOrder.Map(api);
        MarkPaid.Map(api);
        PutOnHold.Map(api);

        PreviewRefund.Map(api);
        RequestRefund.Map(api);
        AskForRefund.Map(api);
        ApproveRefund.Map(api);
        DeclineRefund.Map(api);
        RetryRefund.Map(api);
        ListRefunds.Map(api);
        SeeRefund.Map(api);
        SeeRefundPolicy.Map(api);
        ChangeRefundPolicy.Map(api);
        StartRefundRun.Map(api);
        SeeRefundRun.Map(api);

        SeeInvoicePdf.Map(api);
        SeeCreditNotePdf.Map(api);
        ListInvoices.Map(api);
        SeeInvoiceSettings.Map(api);
        ChangeInvoiceSettings.Map(api);

        CreateVoucher.Map(api);
        ListVouchers.Map(api);
        WithdrawVoucher.Map(api);
    }

    public IReadOnlyList<Asset> Assets => [Sheet.Style];

    public void MapRoot(IEndpointRouteBuilder root)
    {
        OrderPage.MapRoot(root);
        ServeOrders.Map(root);
    }

    public void Listen(Listeners on)
    {
        on.Message<EventCompleted>(CompleteOrdersWhenOver.Handle);
        on.Message<EventCancelled>(RefundEveryoneWhenCalledOff.Handle);
        on.Message<SlotCancelled>(RefundEveryoneWhenCalledOff.HandleSlot);
    }

    public void Schedule(Timetable at)
    {
        at.Every(FiveSeconds, CarryOutRefundRuns.Run);
        at.Every(HalfAMinute, ExpireOrders.Run);
        at.Every(OneHour, ForgetCarts.Run);
    }

    public void Verify(Checks that)
    {
        OrderInvariants.State(that);
        RefundInvariants.State(that);
    }
}
